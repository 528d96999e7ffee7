// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Kube;

/// <summary>Spells values inside messages the way Go's fmt does, because clients and people match those messages.</summary>
public static class GoText
{
    /// <summary>Go's <c>%q</c>: double quotes, with control characters, quotes and backslashes escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (Rune rune in text.EnumerateRunes())
            Append(quoted, rune);
        return quoted.Append('"').ToString();
    }

    /// <summary>Go's <c>%q</c> of a slice: <c>["a" "b"]</c>.</summary>
    public static string QuoteAll(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(Quote))}]";

    /// <summary>Go's <c>%v</c> of a float64: the shortest digits that read back, with an exponent below 1e-04 and from 1e+06 on.</summary>
    public static string Float(double value) => Math.Abs(value) is 0 or (>= 1e-4 and < 1e6)
        ? value.ToString("0.####################", CultureInfo.InvariantCulture)
        : value.ToString("0.################e+00", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder quoted, Rune rune)
    {
        string? known = rune.Value switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\a' => "\\a",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\v' => "\\v",
            _ => null,
        };
        if (known is not null)
            quoted.Append(known);
        else if (rune.Value is < 0x20 or 0x7f)
            quoted.Append($"\\x{rune.Value:x2}");
        else if (rune.Value == ' ' || IsPrint(rune))
            quoted.Append(rune.ToString());
        else
            quoted.Append(rune.Value > 0xffff ? $"\\U{rune.Value:x8}" : $"\\u{rune.Value:x4}");
    }

    /// <summary>Letters, marks, numbers, punctuation and symbols, as Go's unicode.IsPrint has it.</summary>
    private static bool IsPrint(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
