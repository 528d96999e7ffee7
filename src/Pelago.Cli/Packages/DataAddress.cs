// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Cli.Packages;

/// <summary>Addresses that hold their picture themselves (<c>data:image/png;base64,…</c>, RFC 2397): thousands of characters that tell people nothing.</summary>
internal static class DataAddress
{
    private const string Scheme = "data:";
    private const string Base64 = ";base64";

    /// <summary>Puts in the place of each such address in a document what it holds.</summary>
    public static void Shorten(JsonObject document)
    {
        foreach ((string key, JsonNode? value) in document.ToArray())
        {
            if (Short(value) is { } text)
                document[key] = text;
        }
    }

    private static void Shorten(JsonArray list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (Short(list[i]) is { } text)
                list[i] = text;
        }
    }

    /// <summary>What an address holds; null for anything else, of which the parts are shortened.</summary>
    private static string? Short(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject json:
                Shorten(json);
                return null;
            case JsonArray list:
                Shorten(list);
                return null;
            case JsonValue text when text.TryGetValue(out string? address) && address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase):
                return Words(address);
            default:
                return null;
        }
    }

    private static string? Words(string address)
    {
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            return null;
        string head = address[Scheme.Length..comma], data = address[(comma + 1)..];
        bool isBase64 = head.EndsWith(Base64, StringComparison.OrdinalIgnoreCase);
        // Four characters are three bytes, less one for each sign that fills up.
        int size = isBase64 ? (data.Length * 3 / 4) - data.AsSpan().Count('=') : Uri.UnescapeDataString(data).Length;
        string kind = isBase64 ? head[..^Base64.Length] : head;
        return $"({(kind.Length == 0 ? "text/plain" : kind)}, {size} bytes; -o json prints it)";
    }
}
