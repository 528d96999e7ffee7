// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// Values as Go's fmt package prints them with <c>%v</c>, because messages that clients show and match carry such text:
/// <c>map[image:nginx ports:[80 443]]</c>, <c>&lt;nil&gt;</c>, <c>1e+06</c>.
/// </summary>
public static class GoFormat
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>A list of lists or of nodes, as <c>%v</c> prints a slice.</summary>
    public static string Of(IEnumerable<JsonNode?> nodes)
    {
        var text = new StringBuilder();
        AppendList(text, nodes);
        return text.ToString();
    }

    /// <summary>The shortest text that reads back to the same float64; exponent form below 1e-4 and from 1e6.</summary>
    public static string Of(double real)
    {
        if (real == 0)
            return double.IsNegative(real) ? "-0" : "0";
        if (double.IsNaN(real))
            return "NaN";
        if (double.IsInfinity(real))
            return real > 0 ? "+Inf" : "-Inf";
        (string digits, bool negative) = ShortestDigits(real, out int pointAt);
        int exponent = pointAt - 1;
        string sign = negative ? "-" : "";
        if (exponent is < -4 or >= 6)
        {
            string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (pointAt <= 0)
            return $"{sign}0.{new string('0', -pointAt)}{digits}";
        return pointAt >= digits.Length
            ? sign + digits.PadRight(pointAt, '0')
            : $"{sign}{digits[..pointAt]}.{digits[pointAt..]}";
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("<nil>");
                break;
            case JsonObject json:
                text.Append("map[");
                string separator = "";
                foreach ((string name, JsonNode? value) in json.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    text.Append(separator).Append(name).Append(':');
                    Append(text, value);
                    separator = " ";
                }
                text.Append(']');
                break;
            case JsonArray array:
                AppendList(text, array);
                break;
            default:
                text.Append(Scalar(node.AsValue()));
                break;
        }
    }

    private static void AppendList(StringBuilder text, IEnumerable<JsonNode?> nodes)
    {
        text.Append('[');
        string separator = "";
        foreach (JsonNode? item in nodes)
        {
            text.Append(separator);
            Append(text, item);
            separator = " ";
        }
        text.Append(']');
    }

    private static string Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => JsonNumber.TryRead(value, out JsonNumber number) ? number.ToString() : value.ToJsonString(),
    };

    /// <summary>The significant digits of the shortest round-trip text, and where the decimal point stands in them.</summary>
    private static (string Digits, bool Negative) ShortestDigits(double real, out int pointAt)
    {
        string shortest = real.ToString("R", CultureInfo.InvariantCulture);
        bool negative = shortest[0] == '-';
        int exponentAt = shortest.IndexOf('E', StringComparison.Ordinal);
        int exponent = exponentAt < 0 ? 0 : int.Parse(shortest.AsSpan(exponentAt + 1), CultureInfo.InvariantCulture);
        string mantissa = shortest[(negative ? 1 : 0)..(exponentAt < 0 ? shortest.Length : exponentAt)];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        pointAt = (point < 0 ? mantissa.Length : point) + exponent;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leading = digits.Length - digits.TrimStart('0').Length;
        pointAt -= leading;
        return (digits.Trim('0'), negative);
    }
}
