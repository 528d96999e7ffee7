// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Pelago.Kube;

/// <summary>Cuts a document down to its metadata (meta.k8s.io PartialObjectMetadata) by copying bytes.</summary>
public static class PartialObjectMetadata
{
    /// <summary>Appends the cut of one document. <paramref name="version"/> is that of meta.k8s.io: <c>v1</c> or <c>v1beta1</c>.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlyMemory<byte> json, string version = "v1") =>
        Write(output, MetadataScan.Read(json), version);

    public static void Write(IBufferWriter<byte> output, MetadataScan scan, string version = "v1")
    {
        output.Write("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/"u8);
        output.Write(version == "v1beta1" ? "v1beta1"u8 : "v1"u8);
        output.Write("\",\"metadata\":"u8);
        ReadOnlyMemory<byte> metadata = scan.Metadata;
        output.Write(metadata.IsEmpty ? "{}"u8 : metadata.Span);
        output.Write("}"u8);
    }

    public static byte[] Cut(ReadOnlyMemory<byte> json, string version = "v1")
    {
        var output = new ArrayBufferWriter<byte>(512);
        Write(output, json, version);
        return output.WrittenSpan.ToArray();
    }
}
