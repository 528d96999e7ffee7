// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Kube;

/// <summary>
/// What an API server says beside an answer: a header <c>Warning: 299 - "text"</c> (apimachinery pkg/util/net/http.go). The text is between quotes, in which
/// a backslash is before a quote and a backslash. Clients print it. What is not ASCII would travel as UTF-8 that readers of headers take for Latin-1: it goes
/// as <c>\\u00e9</c>.
/// </summary>
public static class WarningHeader
{
    public const string Name = "Warning";
    private const string Begin = "299 ";
    private const string Lead = Begin + "- ";

    /// <summary>The value for a text; a control character in it is a question mark.</summary>
    public static string Of(string text)
    {
        StringBuilder value = new StringBuilder(Lead).Append('"');
        foreach (char letter in text)
        {
            if (letter is '"' or '\\')
                value.Append('\\').Append(letter);
            else if (letter > '\x7f')
                value.Append(CultureInfo.InvariantCulture, $"\\\\u{(int)letter:x4}");
            else
                value.Append(char.IsControl(letter) ? '?' : letter);
        }
        return value.Append('"').ToString();
    }

    /// <summary>How much of a value of <see cref="Of"/> is the text with its quotes, which a server has a limit for.</summary>
    public static int TextLength(string value) => value.Length - Lead.Length;

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
