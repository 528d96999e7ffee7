// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using k8s;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Reads and writes the types of <c>k8s.Models</c>; quantities are canonical after it, as they are in Go.</summary>
public static class ModelJson
{
    private static ReadOnlySpan<byte> Null => "null"u8;

    static ModelJson() => KubernetesJson.AddJsonOptions(static options =>
    {
        options.TypeInfoResolverChain.Add(AnyJson.Default);
        options.Converters.Add(new SharedStrings());
    });

    /// <exception cref="JsonException">The document does not fit the type.</exception>
    public static T Decode<T>(ReadOnlyMemory<byte> utf8)
    {
        using var stream = MemoryMarshal.TryGetArray(utf8, out ArraySegment<byte> bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(utf8.ToArray(), writable: false);
        return KubernetesJson.Deserialize<T>(stream);
    }

    /// <summary>
    /// As <see cref="Decode"/>, without <c>metadata.managedFields</c>: of a small object they are the larger half, and who only reads it has no use
    /// for them. What is decoded so must not be written back whole.
    /// </summary>
    /// <exception cref="JsonException">The document does not fit the type.</exception>
    public static T DecodeLean<T>(ReadOnlyMemory<byte> utf8) => Decode<T>(WithoutManagedFields(utf8));

    public static byte[] Encode(object value) => Encoding.UTF8.GetBytes(KubernetesJson.Serialize(value));

    private static ReadOnlyMemory<byte> WithoutManagedFields(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = KubeJson.MaxDepth + 1 });
        if (!reader.Read() || !Enter(ref reader, "metadata"u8) || reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, "managedFields"u8))
            return utf8;
        // The value gives way to a null of the same meaning; what is before and after stays as it is.
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        int end = (int)reader.BytesConsumed;
        byte[] lean = new byte[utf8.Length - (end - start) + Null.Length];
        utf8.Span[..start].CopyTo(lean);
        Null.CopyTo(lean.AsSpan(start));
        utf8.Span[end..].CopyTo(lean.AsSpan(start + Null.Length));
        return lean;
    }

    /// <summary>Goes on to the value of a member of the object that the reader is in.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }

    /// <summary>An independent copy: what informers hand out is shared and must not be changed.</summary>
    public static T Copy<T>(T value)
        where T : class => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(value));
}
