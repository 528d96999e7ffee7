// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Kube;

/// <summary>Takes the quotes off a Go string literal; single quotes may hold more than one character.</summary>
internal static class JsonPathQuotes
{
    public static string Unquote(string quoted)
    {
        ReadOnlySpan<char> inside = quoted.AsSpan(1, quoted.Length - 2);
        if (!inside.Contains('\\'))
            return inside.ToString();
        var text = new StringBuilder(inside.Length);
        for (int i = 0; i < inside.Length; i++)
        {
            if (inside[i] != '\\')
                text.Append(inside[i]);
            else
                AppendEscape(text, inside, ref i, quoted);
        }

        return text.ToString();
    }

    private static void AppendEscape(StringBuilder text, ReadOnlySpan<char> inside, ref int at, string quoted)
    {
        char code = ++at < inside.Length ? inside[at] : '\0';
        char? simple = code switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' => '\\',
            '\'' or '"' when code == quoted[0] => code,
            _ => null,
        };
        if (simple is not null)
        {
            text.Append(simple.Value);
            return;
        }

        int digits = code switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        int scalar = -1;
        bool good = digits > 0 && at + digits < inside.Length
            && int.TryParse(inside.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out scalar)
            && Rune.IsValid(scalar);
        if (!good)
            throw new JsonPathRefusedException($"unquote string {quoted} error invalid syntax");
        text.Append(new Rune(scalar).ToString());
        at += digits;
    }
}
