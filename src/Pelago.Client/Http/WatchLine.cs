// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client.Http;

/// <summary>Takes one line of a watch apart: <c>{"type":"ADDED","object":{…}}</c>.</summary>
internal static class WatchLine
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth + 1 };

    /// <summary>The event with a copy of its object, or null when the line is not one.</summary>
    public static RawWatchEvent? Parse(in ReadOnlySequence<byte> line)
    {
        byte[] bytes = line.ToArray();
        try
        {
            return Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An ERROR event that carries a Status, for failures that the server did not word as one.</summary>
    public static RawWatchEvent Error(ApiStatus status) => new("ERROR", KubeJson.ToUtf8(status.ToJson()));

    private static RawWatchEvent? Parse(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        string? type = null;
        ReadOnlyMemory<byte> item = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                type = Known(ref reader);
            int start = (int)reader.TokenStartIndex;
            bool opens = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (isObject && opens)
                item = bytes.AsMemory(start, (int)reader.BytesConsumed - start);
        }
        return type is null || item.IsEmpty || reader.Read() ? null : new RawWatchEvent(type, item);
    }

    private static string? Known(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("MODIFIED"u8))
            return "MODIFIED";
        if (reader.ValueTextEquals("ADDED"u8))
            return "ADDED";
        return reader.ValueTextEquals("DELETED"u8) ? "DELETED" : reader.GetString();
    }
}
