// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>
/// A document as the store takes it: apiVersion, kind and metadata first, no resourceVersion, and where the store writes one.
/// </summary>
internal readonly record struct StoredDocument(ReadOnlyMemory<byte> Json, int SpliceAt)
{
    private static readonly JsonWriterOptions WriteOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = KubeJson.MaxDepth,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>
    /// <paramref name="keepResourceVersion"/>: for an answer and not for the store. <paramref name="spec"/>: that of a document that has none itself
    /// (<see cref="CarriedSpec"/>).
    /// </summary>
    /// <exception cref="InvalidOperationException">It is nested deeper than documents are read.</exception>
    public static StoredDocument Encode(
        KubeObject document, string apiVersion, string kind, bool keepResourceVersion = false, ReadOnlyMemory<byte> spec = default)
    {
        ArrayBufferWriter<byte> buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        Utf8JsonWriter writer = _writer ??= new Utf8JsonWriter(buffer, WriteOptions);
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("apiVersion"u8, apiVersion);
        writer.WriteString("kind"u8, kind);
        writer.WriteStartObject("metadata"u8);
        int spliceAt = (int)(writer.BytesCommitted + writer.BytesPending);
        WriteFields(writer, document.Metadata, keepResourceVersion ? static _ => false : static name => name is "resourceVersion");
        writer.WriteEndObject();
        if (!spec.IsEmpty)
        {
            writer.WritePropertyName("spec"u8);
            writer.WriteRawValue(spec.Span, skipInputValidation: true);
        }

        WriteFields(writer, document.Json, static name => name is "apiVersion" or "kind" or "metadata");
        writer.WriteEndObject();
        writer.Flush();
        byte[] json = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > 1 << 20)
            _buffer = null;
        return new StoredDocument(json, spliceAt);
    }

    private static void WriteFields(Utf8JsonWriter writer, JsonObject fields, Func<string, bool> except)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            if (except(name))
                continue;
            writer.WritePropertyName(name);
            if (value is null)
                writer.WriteNullValue();
            else
                value.WriteTo(writer);
        }
    }
}
