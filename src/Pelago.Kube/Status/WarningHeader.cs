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

    /// <summary>The text of a value; null when it is of another code, or is none.</summary>
    public static string? TextOf(string value)
    {
        int quote = value.IndexOf('"', StringComparison.Ordinal);
        if (!value.StartsWith(Begin, StringComparison.Ordinal) || quote < 0)
            return null;
        var text = new StringBuilder();
        for (int i = quote + 1; i < value.Length && value[i] != '"'; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                i++;
            text.Append(value[i]);
        }
        return text.ToString();
    }
}
