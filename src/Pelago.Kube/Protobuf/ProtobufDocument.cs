// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Text;
using System.Text.Json;

namespace Pelago.Kube;

/// <summary>How reading a protobuf document ended.</summary>
public enum ProtobufOutcome
{
    Read,

    /// <summary>The bytes are not what they say they are.</summary>
    Malformed,

    /// <summary>The kind has no known fields: it is a custom one, or one that is not served.</summary>
    UnknownKind,
}

/// <summary>
/// Documents of <c>application/vnd.kubernetes.protobuf</c>: four magic bytes, then a runtime.Unknown with the kind and the object inside
/// (spec/engine.md section 6; apimachinery pkg/runtime/serializer/protobuf).
/// </summary>
public static class ProtobufDocument
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>
    /// The same object as UTF-8 JSON, as a client in Go would write it, except that zero values are left out where Go writes them for nothing.
    /// <paramref name="error"/> says why it could not be read.
    /// </summary>
    public static ProtobufOutcome ToJson(ReadOnlyMemory<byte> document, out ReadOnlyMemory<byte> json, out string error)
    {
        json = default;
        error = "";
        if (!document.Span.StartsWith(Magic))
        {
            error = "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]";
            return ProtobufOutcome.Malformed;
        }

        try
        {
            Envelope envelope = Envelope.Read(document[Magic.Length..]);
            if (envelope.Encoding.Length > 0)
                throw new InvalidDataException($"the encoding {envelope.Encoding} of its content is not known");
            if (envelope.ContentType is "application/json")
            {
                json = envelope.Raw;
                return ProtobufOutcome.Read;
            }

            if (ProtobufTable.Instance.Find(envelope.ApiVersion, envelope.Kind) is not { } fields)
            {
                error = $"{envelope.ApiVersion} {envelope.Kind} is not known in protobuf";
                return ProtobufOutcome.UnknownKind;
            }

            json = Write(envelope, fields);
            return ProtobufOutcome.Read;
        }
        catch (Exception fault) when (fault is InvalidDataException or DecoderFallbackException or JsonException)
        {
            error = $"the protobuf message cannot be read: {fault.Message}";
            return ProtobufOutcome.Malformed;
        }
    }

    private static ReadOnlyMemory<byte> Write(Envelope envelope, IReadOnlyList<ProtobufField> fields)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("kind"u8, envelope.Kind);
        writer.WriteString("apiVersion"u8, envelope.ApiVersion);
        new ProtobufJson(writer).WriteFields(envelope.Raw, fields);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    /// <summary>runtime.Unknown: 1 typeMeta {1 apiVersion, 2 kind}, 2 raw, 3 contentEncoding, 4 contentType.</summary>
    private sealed record Envelope(string ApiVersion, string Kind, ReadOnlyMemory<byte> Raw, string Encoding, string ContentType)
    {
        public static Envelope Read(ReadOnlyMemory<byte> unknown)
        {
            List<ProtobufValue> outer = ProtobufReader.Read(unknown);
            List<ProtobufValue> type = ProtobufReader.Read(Bytes(outer, 1));
            return new Envelope(Text(type, 1), Text(type, 2), Bytes(outer, 2), Text(outer, 3), Text(outer, 4));
        }

        private static ReadOnlyMemory<byte> Bytes(List<ProtobufValue> fields, int number) => fields.FindLast(field => field.Number == number).Bytes;

        private static string Text(List<ProtobufValue> fields, int number) => ProtobufJson.Text(Bytes(fields, number).Span);
    }
}
