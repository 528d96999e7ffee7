// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// The one way documents are read and written: UTF-8, at most <see cref="MaxDepth"/> levels, numbers kept as they were spelled.
/// </summary>
public static class KubeJson
{
    /// <summary>Deeper documents are refused: nothing legitimate comes near, and a bomb must not reach a recursive walk.</summary>
    public const int MaxDepth = 100;

    private static readonly JsonReaderOptions ReadOptions = new() { MaxDepth = MaxDepth };
    private static readonly JsonWriterOptions WriteOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 2 * MaxDepth,
    };

    /// <summary>Parses a document into a mutable tree; a document that is not an object is a <see cref="JsonException"/>. A repeated key: the last wins.</summary>
    public static JsonObject ParseObject(ReadOnlyMemory<byte> utf8) =>
        Parse(utf8) as JsonObject ?? throw new JsonException("the document is not a JSON object");

    /// <summary>Parses any JSON value; <c>null</c> gives null.</summary>
    public static JsonNode? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonTreeReader.Read(utf8.Span, ReadOptions);
        }
        catch (InvalidOperationException fault)
        {
            throw new JsonException("the document has text that is not UTF-8", fault);
        }
    }

    /// <summary>Writes compact UTF-8.</summary>
    public static byte[] ToUtf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriteOptions))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
