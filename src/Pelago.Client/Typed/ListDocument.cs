// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Walks a List document without building a tree: its items as slices of the body, and the metadata that matters.</summary>
public sealed class ListDocument
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth + 2 };

    private ListDocument(IReadOnlyList<ReadOnlyMemory<byte>> items) => Items = items;

    /// <summary>Slices of the body that was read: keep one and the whole body stays in memory.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Items { get; }
    public string ResourceVersion { get; private set; } = "";

    /// <summary>The token of the next page; null on the last.</summary>
    public string? Continue { get; private set; }

    /// <exception cref="JsonException">The body is not a JSON object, or <c>items</c> holds something else than objects.</exception>
    public static ListDocument Parse(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the list is not a JSON object");
        var items = new List<ReadOnlyMemory<byte>>();
        var list = new ListDocument(items);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isItems = reader.ValueTextEquals("items"u8);
            bool isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isItems && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader, body, items);
            else if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                list.ReadMetadata(ref reader);
            else
                reader.Skip();
        }
        return list;
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> items)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("an item of the list is not a JSON object");
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(body[start..(int)reader.BytesConsumed]);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isVersion = reader.ValueTextEquals("resourceVersion"u8);
            bool isContinue = reader.ValueTextEquals("continue"u8);
            reader.Read();
            if (isVersion && reader.TokenType == JsonTokenType.String)
                ResourceVersion = reader.GetString()!;
            else if (isContinue && reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals(""u8))
                Continue = reader.GetString();
            else
                reader.Skip();
        }
    }
}
