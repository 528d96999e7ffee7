// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Kube.Patch;

/// <summary>
/// A JSON pointer (RFC 6901) as evanphx/json-patch reads it: whatever stands before the first slash is ignored, list indexes may be
/// signed (-1 is the last item) and have leading zeros.
/// </summary>
internal static class JsonPointer
{
    /// <summary>The decoded reference tokens; null for a text without a slash, which names no place.</summary>
    public static string[]? Tokens(string pointer)
    {
        string[] parts = pointer.Split('/');
        if (parts.Length < 2)
            return null;
        for (int i = 1; i < parts.Length; i++)
            parts[i] = Decoded(parts[i]);
        return parts[1..];
    }

    /// <summary>Reads a list index as Go's <c>strconv.Atoi</c> does; the error text is that of Go.</summary>
    public static bool TryIndex(string token, out int index, out string error)
    {
        index = 0;
        error = "";
        ReadOnlySpan<char> digits = token.AsSpan(token.Length > 0 && token[0] is '+' or '-' ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            error = $"strconv.Atoi: parsing {GoText.Quote(token)}: invalid syntax";
        else if (!int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index))
            error = $"strconv.Atoi: parsing {GoText.Quote(token)}: value out of range";
        return error.Length == 0;
    }

    /// <summary><c>~1</c> is a slash and <c>~0</c> a tilde, found from left to right so that <c>~01</c> is <c>~1</c>.</summary>
    private static string Decoded(string token)
    {
        if (!token.Contains('~', StringComparison.Ordinal))
            return token;
        var text = new System.Text.StringBuilder(token.Length);
        for (int i = 0; i < token.Length; i++)
        {
            char next = token[i] == '~' && i + 1 < token.Length ? token[i + 1] : ' ';
            if (next is '0' or '1')
                i++;
            text.Append(next switch { '0' => '~', '1' => '/', _ => token[i] });
        }
        return text.ToString();
    }
}
