// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube;

/// <summary>
/// What an API server says beside an answer: a header <c>Warning: 299 - "text"</c> (apimachinery pkg/util/net/http.go). The text is between quotes, in which
/// a backslash is before a quote and a backslash. Clients print it.
/// </summary>
public static class WarningHeader
{
    public const string Name = "Warning";
    private const string Begin = "299 ";

    /// <summary>The value for a text; what a header cannot hold is a question mark.</summary>
    public static string Of(string text)
    {
        var value = new StringBuilder("299 - \"");
        foreach (char letter in text)
        {
            if (letter is '"' or '\\')
                value.Append('\\');
            value.Append(letter is >= ' ' and <= '~' ? letter : '?');
        }
        return value.Append('"').ToString();
    }

    /// <summary>The texts of a value, in which several may stand after one another with commas between them; not those of another code. Nothing in them moves a terminal's cursor.</summary>
    public static IReadOnlyList<string> TextsOf(string value)
    {
        var texts = new List<string>();
        for (int at = 0; at < value.Length;)
        {
            int quote = value.IndexOf('"', at);
            if (quote < 0)
                break;
            string head = value[at..quote].TrimStart(' ', ',');
            string? text = Quoted(value, quote, out at);
            if (text is not null && head.StartsWith(Begin, StringComparison.Ordinal))
                texts.Add(text);

            // After the text there may be a date, in quotes too.
            if (at < value.Length && value[at] == ' ' && at + 1 < value.Length && value[at + 1] == '"')
                Quoted(value, at + 1, out at);
        }
        return texts;
    }

    private static string? Quoted(string value, int quote, out int end)
    {
        var text = new StringBuilder();
        for (end = quote + 1; end < value.Length && value[end] != '"'; end++)
        {
            if (value[end] == '\\' && end + 1 < value.Length)
                end++;
            text.Append(char.IsControl(value[end]) ? '?' : value[end]);
        }
        if (end >= value.Length)
            return null;
        end++;
        return text.ToString();
    }
}
