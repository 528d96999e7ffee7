// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>The keywords about numbers and strings.</summary>
internal static class ScalarRules
{
    /// <summary>What a keyword expects of a value that breaks it; null when it does not.</summary>
    public static string? Broken(string keyword, JsonNode? rule, JsonObject schema, JsonNode? value, SchemaPatterns patterns)
    {
        if (value is null)
            return null;
        if (value.GetValueKind() == JsonValueKind.Number && JsonNumber.TryRead(value, out JsonNumber number))
            return JsonNumber.TryRead(rule, out JsonNumber bound) ? BrokenNumber(keyword, bound, schema, number, value) : null;
        if (value.GetValueKind() != JsonValueKind.String)
            return null;
        string text = value.GetValue<string>();
        return keyword switch
        {
            "pattern" when rule is JsonValue pattern && pattern.TryGetValue(out string? regex) && !patterns.IsMatch(regex, text) => $"a string that matches {regex}",
            "minLength" when JsonNumber.TryRead(rule, out JsonNumber least) && Length(text) < least.Real => $"{least} characters or more",
            "maxLength" when JsonNumber.TryRead(rule, out JsonNumber most) && Length(text) > most.Real => $"{most} characters or fewer",
            _ => null,
        };
    }

    private static string? BrokenNumber(string keyword, JsonNumber bound, JsonObject schema, JsonNumber number, JsonNode value) => keyword switch
    {
        "minimum" when schema.Boolean("exclusiveMinimum") == true => number.CompareTo(bound) > 0 ? null : $"more than {bound}",
        "minimum" => number.CompareTo(bound) >= 0 ? null : $"{bound} or more",
        "maximum" when schema.Boolean("exclusiveMaximum") == true => number.CompareTo(bound) < 0 ? null : $"less than {bound}",
        "maximum" => number.CompareTo(bound) <= 0 ? null : $"{bound} or less",
        "multipleOf" => IsMultiple(value, number, bound) ? null : $"a multiple of {bound}",
        _ => null,
    };

    /// <summary>In decimals, where they are exact; a double far away from the divisor is a multiple of nothing that can be told.</summary>
    private static bool IsMultiple(JsonNode value, JsonNumber number, JsonNumber divisor)
    {
        if (divisor.Real <= 0)
            return true;
        try
        {
            decimal whole = number.IsInteger ? number.Integer : decimal.Parse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
            return whole % (divisor.IsInteger ? divisor.Integer : (decimal)divisor.Real) == 0;
        }
        catch (Exception fault) when (fault is OverflowException or DivideByZeroException)
        {
            double quotient = number.Real / divisor.Real;
            return double.IsFinite(quotient) && Math.Abs(quotient) < 1e15 && quotient == Math.Truncate(quotient);
        }
    }

    /// <summary>In code points.</summary>
    private static int Length(string text)
    {
        int pairs = 0;
        for (int i = 1; i < text.Length; i++)
            pairs += char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        return text.Length - pairs;
    }
}
