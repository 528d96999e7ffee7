// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>Reads a document into a mutable tree in one pass: each write of an object reads some, and a document read before it is copied costs twice as much.</summary>
internal static class JsonTreeReader
{
    private const int NameSlots = 1024;
    private const int LongestSharedName = 48;

    /// <summary>Names of members come again in every object. A name that falls on the slot of another takes its place, so a client that invents names costs no room.</summary>
    private static readonly string?[] Names = new string?[NameSlots];

    public static JsonNode? Read(ReadOnlySpan<byte> utf8, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(utf8, options);
        reader.Read();
        JsonNode? root = Value(ref reader);
        reader.Read(); // throws when more follows
        return root;
    }

    private static JsonNode? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var json = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string name = Name(ref reader);
                    reader.Read();
                    json[name] = Value(ref reader);
                }
                return json;
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    array.Add(Value(ref reader));
                return array;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                return IsPlain(reader.ValueSpan, out long integer) ? JsonValue.Create(integer) : JsonValue.Create(JsonElement.ParseValue(ref reader));
            default:
                return null;
        }
    }

    /// <summary>Whether the number is written as its integer would be: others ("1.0", "1e3", "-0") are kept as they were spelled.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> number, out long integer) =>
        Utf8Parser.TryParse(number, out integer, out int taken) && taken == number.Length && !number.SequenceEqual("-0"u8);

    private static string Name(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> utf8 = reader.ValueSpan;
        if (reader.ValueIsEscaped || utf8.Length > LongestSharedName)
            return reader.GetString()!;
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref string? slot = ref Names[(uint)hash.ToHashCode() % NameSlots];
        string? known = slot;
        if (known is not null && known.Length == utf8.Length && Ascii.Equals(utf8, known))
            return known;
        return slot = reader.GetString()!;
    }
}
