// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// Which quotes a text gets: the choice that libyaml's emitter makes (and Go's with it), except that line breaks other than
/// <c>\n</c> are always escaped, so that every text reads back.
/// </summary>
internal static class YamlTextStyles
{
    public static YamlTextStyle Of(string text)
    {
        if (text.Length == 0 || HasSpecial(text))
            return YamlTextStyle.DoubleQuoted;
        if (text.Contains('\n', StringComparison.Ordinal))
            return text.Contains(" \n", StringComparison.Ordinal) || text.EndsWith(' ') ? YamlTextStyle.DoubleQuoted : YamlTextStyle.Literal;
        if (YamlScalar.NeedsQuotes(text))
            return YamlTextStyle.DoubleQuoted;
        return IsPlain(text) ? YamlTextStyle.Plain : YamlTextStyle.SingleQuoted;
    }

    /// <summary>Characters that only an escape can carry. Tabs and everything beyond the basic plane are among them, as upstream has it.</summary>
    public static bool IsSpecial(char character) => character
        is (< ' ' and not '\n') or (>= '\x7f' and < '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or (>= '\ud800' and <= '\udfff') or '\ufffe' or '\uffff';

    private static bool HasSpecial(string text)
    {
        foreach (char character in text)
        {
            if (IsSpecial(character))
                return true;
        }

        return false;
    }

    private static bool IsPlain(string text)
    {
        if (text[0] == ' ' || text[^1] == ' ' || text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal))
            return false;
        if (text[0] is '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`')
            return false;
        if (text[0] is '-' or '?' or ':' && (text.Length == 1 || text[1] == ' '))
            return false;
        return !text.EndsWith(':') && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal);
    }
}
