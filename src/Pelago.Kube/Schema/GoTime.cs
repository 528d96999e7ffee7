// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Schema;

/// <summary>The errors of Go's time.Parse for RFC 3339 with any number of fraction digits.</summary>
internal static class GoTime
{
    private const string Layout = "2006-01-02T15:04:05Z07:00";
    private static readonly string[] Elements = ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"];

    /// <summary>Null for a time that Go parses; else Go's error text.</summary>
    public static string? Check(string text)
    {
        int at = 0;
        foreach (string element in Elements)
        {
            if (!Matches(text, at, element))
                return Fault(text, at, element);
            at += element.Length;
        }
        if (at < text.Length && text[at] is '.' or ',')
        {
            int digits = at + 1;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
                digits++;
            at = digits > at + 1 ? digits : at;
        }
        if (!IsZone(text.AsSpan(at)))
            return Fault(text, at, "Z07:00");
        return MetaTime.TryParse(text, out _) ? null : $"parsing time \"{text}\": day out of range";
    }

    private static bool Matches(string text, int at, string element)
    {
        if (at + element.Length > text.Length)
            return false;
        for (int i = 0; i < element.Length; i++)
        {
            char wanted = element[i], found = text[at + i];
            if (char.IsAsciiDigit(wanted) ? !char.IsAsciiDigit(found) : wanted != found)
                return false;
        }
        return true;
    }

    private static bool IsZone(ReadOnlySpan<char> zone) => zone is "Z"
        || zone is ['+' or '-', _, _, ':', _, _] && !(zone[1..3].ContainsAnyExceptInRange('0', '9') || zone[4..].ContainsAnyExceptInRange('0', '9'));

    private static string Fault(string text, int at, string element) =>
        $"parsing time \"{text}\" as \"{Layout}\": cannot parse \"{text[Math.Min(at, text.Length)..]}\" as \"{element}\"";
}
