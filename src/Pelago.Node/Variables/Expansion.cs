// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Node.Variables;

/// <summary>
/// <c>$(NAME)</c> in commands, arguments and values (kubernetes third_party/forked/golang/expansion): an unknown name stays as it is written,
/// <c>$$</c> is a dollar, and whatever else follows a dollar is ordinary text.
/// </summary>
internal static class Expansion
{
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            int dollar = text.IndexOf('$', at);
            if (dollar < 0 || dollar == text.Length - 1)
                break;
            result.Append(text, at, dollar - at);
            at = dollar + Replace(text, dollar, lookup, result);
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Writes what stands for the dollar at <paramref name="at"/>; how many characters that took.</summary>
    private static int Replace(string text, int at, Func<string, string?> lookup, StringBuilder result)
    {
        switch (text[at + 1])
        {
            case '$':
                result.Append('$');
                return 2;
            case '(' when text.IndexOf(')', at + 2) is var close and > 0:
                string name = text[(at + 2)..close];
                result.Append(lookup(name) ?? $"$({name})");
                return close - at + 1;
            default:
                result.Append('$').Append(text[at + 1]);
                return 2;
        }
    }
}
