// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Templates;

/// <summary>
/// What templates see of a document: null, <see cref="bool"/>, <see cref="string"/> (numbers, too: none is falsy), lists and maps.
/// </summary>
internal static class TemplateValues
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// As Cosmos hands options to its renderer: the text of a string is escaped for JSON, so that <c>"{{name}}"</c> is a JSON string whatever is in it;
    /// within a list it has its quotes, so that <c>{{names}}</c> is a JSON list.
    /// </summary>
    public static object? ForJson(JsonNode? node) => Convert(node, (text, inList) => inList ? Quoted(text) : Quoted(text)[1..^1], inList: false);

    /// <summary>Strings as they are.</summary>
    public static object? AsTheyAre(JsonNode? node) => Convert(node, (text, _) => text, inList: false);

    public static bool IsFalsy(object? value) => value is null or false or "" or List<object?> { Count: 0 };

    /// <summary>What a variable prints: a list as <c>[a, b]</c>, a map as <c>{k=v}</c>.</summary>
    public static string Print(object? value) => value switch
    {
        null => "null",
        true => "true",
        false => "false",
        string text => text,
        List<object?> list => $"[{string.Join(", ", list.Select(Print))}]",
        Dictionary<string, object?> map => $"{{{string.Join(", ", map.Select(pair => $"{pair.Key}={Print(pair.Value)}"))}}}",
        _ => "",
    };

    private static object? Convert(JsonNode? node, Func<string, bool, string> text, bool inList)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject json:
                var map = new Dictionary<string, object?>(json.Count, StringComparer.Ordinal);
                foreach ((string name, JsonNode? value) in json)
                    map[name] = Convert(value, text, inList: false);
                return map;
            case JsonArray array:
                return array.Select(item => Convert(item, text, inList: true)).ToList();
        }

        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => text(node.GetValue<string>(), inList),
            _ => Number(node),
        };
    }

    private static string Number(JsonNode node)
    {
        if (node.AsInteger() is { } integer)
            return integer.ToString(CultureInfo.InvariantCulture);
        string spelled = node.ToJsonString();
        if (!spelled.AsSpan().ContainsAny('.', 'e', 'E'))
            return spelled;
        return double.TryParse(spelled, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real) ? Real(real) : spelled;
    }

    /// <summary>Whole numbers without decimals; others as Java prints a double, for the text may end inside a string.</summary>
    private static string Real(double real)
    {
        if (real == Math.Truncate(real))
            return new BigInteger(real).ToString(CultureInfo.InvariantCulture);
        double size = Math.Abs(real);
        if (size is >= 1e-3 and < 1e7)
            return real.ToString("R", CultureInfo.InvariantCulture);
        string shortest = real.ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            string candidate = real.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == real)
            {
                shortest = candidate;
                break;
            }
        }

        int exponent = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = shortest[..exponent];
        return $"{mantissa}{(mantissa.Contains('.', StringComparison.Ordinal) ? "" : ".0")}E{int.Parse(shortest.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)}";
    }

    private static string Quoted(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            writer.WriteStringValue(text);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
