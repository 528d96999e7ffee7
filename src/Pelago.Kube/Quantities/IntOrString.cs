// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>A field that takes a number or a text: ports by number or name, maxSurge as a count or a percentage.</summary>
public readonly record struct IntOrString
{
    private IntOrString(int number, string? text)
    {
        Number = number;
        Text = text;
    }

    /// <summary>The number; 0 when it is a text.</summary>
    public int Number { get; }

    /// <summary>The text; null when it is a number.</summary>
    public string? Text { get; }

    public static IntOrString FromInt(int number) => new(number, null);

    public static IntOrString FromString(string text) => new(0, text);

    /// <summary>Reads a JSON number or string; false for anything else, a number that is no 32-bit integer included.</summary>
    public static bool TryRead(JsonNode? node, out IntOrString value)
    {
        value = default;
        if (node is JsonValue text && text.TryGetValue(out string? spelled))
        {
            value = FromString(spelled);
            return true;
        }

        if (node.AsInteger() is not (>= int.MinValue and <= int.MaxValue and long number))
            return false;
        value = FromInt((int)number);
        return true;
    }

    /// <summary>
    /// The count that this means out of <paramref name="total"/>: the number itself, or that percentage of the total, rounded up (maxSurge)
    /// or down (maxUnavailable). A text must be a percentage.
    /// </summary>
    public bool TryScale(int total, bool roundUp, out int count, [NotNullWhen(false)] out string? error)
    {
        (count, error) = (Number, null);
        if (Text is null)
            return true;
        if (!Text.EndsWith('%'))
        {
            error = "invalid value for IntOrString: invalid type: string is not a percentage";
            return false;
        }

        if (!int.TryParse(Text.AsSpan(0, Text.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int percent))
        {
            error = $"invalid value for IntOrString: invalid value {GoText.Quote(Text)}: strconv.Atoi: parsing {GoText.Quote(Text[..^1])}: invalid syntax";
            return false;
        }

        double exact = (double)percent * total / 100;
        count = (int)Math.Clamp(roundUp ? Math.Ceiling(exact) : Math.Floor(exact), int.MinValue, int.MaxValue);
        return true;
    }

    public override string ToString() => Text ?? Number.ToString(CultureInfo.InvariantCulture);
}
