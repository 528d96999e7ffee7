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

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = true };
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
        using JsonDocument document = JsonDocument.Parse(utf8, ReadOptions);
        try
        {
            return Copy(document.RootElement);
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

    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var json = new JsonObject();
                foreach (JsonProperty property in element.EnumerateObject())
                    json[property.Name] = Copy(property.Value);
                return json;
            case JsonValueKind.Array:
                var array = new JsonArray();
                foreach (JsonElement item in element.EnumerateArray())
                    array.Add(Copy(item));
                return array;
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.True:
                return JsonValue.Create(true);
            case JsonValueKind.False:
                return JsonValue.Create(false);
            case JsonValueKind.Number:
                return element.TryGetInt64(out long integer) && element.GetRawText() is var raw && raw == integer.ToString()
                    ? JsonValue.Create(integer)
                    : JsonValue.Create(element.Clone());
            default:
                return null;
        }
    }
}
