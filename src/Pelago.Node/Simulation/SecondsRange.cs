// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pelago.Node.Simulation;

/// <summary>A duration, or a range that one is drawn from: <c>1.5</c> or <c>0.2-3</c>, in seconds.</summary>
[JsonConverter(typeof(Json))]
internal readonly record struct SecondsRange(double Least, double Most)
{
    /// <summary>Longer than any rehearsal, and short enough for every timer.</summary>
    private const double Longest = 30 * 24 * 3600;

    public static implicit operator SecondsRange(double seconds) => new(seconds, seconds);

    /// <summary>The duration at <paramref name="place"/> between 0 and 1 of the range.</summary>
    public TimeSpan At(double place) => TimeSpan.FromSeconds(Least + ((Most - Least) * place));

    public static bool TryParse(string text, out SecondsRange range)
    {
        string[] ends = text.Split('-', 2);
        bool good = TryEnd(ends[0], out double least) & TryEnd(ends[^1], out double most);
        range = new SecondsRange(least, most);
        return good && least <= most;
    }

    public override string ToString() => Least.Equals(Most) ? $"{Least}" : $"{Least}-{Most}";

    private static bool TryEnd(string text, out double seconds) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) && seconds <= Longest;

    internal sealed class Json : JsonConverter<SecondsRange>
    {
        public override SecondsRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            string text = reader.TokenType == JsonTokenType.Number ? reader.GetDouble().ToString(CultureInfo.InvariantCulture) : reader.GetString() ?? "";
            return TryParse(text, out SecondsRange range)
                ? range
                : throw new JsonException($"\"{text}\" is no duration: write seconds as 1.5, or a range as \"0.2-3\"");
        }

        public override void Write(Utf8JsonWriter writer, SecondsRange value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
