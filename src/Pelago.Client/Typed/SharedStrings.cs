// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pelago.Client;

/// <summary>
/// Reads strings of models so that texts which many objects repeat are one string: of tens of thousands of pods most are. It remembers so many and
/// no more; what is pushed out is only shared less. So a short text may live longer than its object: no secret comes this way, for their data are bytes.
/// Thread-safe: a race costs a copy.
/// </summary>
internal sealed class SharedStrings : JsonConverter<string>
{
    private const int Size = 16_384; // a power of two
    private const int Longest = 64;
    private readonly string?[] _known = new string?[Size];

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Shared(ref reader) : reader.GetString();

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Shared(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    private string Shared(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > Longest)
            return reader.GetString()!;
        ref string? place = ref _known[Hash(reader.ValueSpan) & (Size - 1)];
        if (place is { } known && Ascii.Equals(reader.ValueSpan, known))
            return known;
        return place = reader.GetString()!;
    }

    /// <summary>FNV-1a: short texts, and nobody gains from making them collide.</summary>
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2_166_136_261;
        foreach (byte value in utf8)
            hash = (hash ^ value) * 16_777_619;
        return hash ^ (hash >> 16);
    }
}
