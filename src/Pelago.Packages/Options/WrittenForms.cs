// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Packages.Options;

/// <summary>
/// A text as others write it: as it is, quoted as JSON, Go and shells do it (<c>a"b</c> as <c>a\"b</c> or <c>a\u0022b</c>, also in a text that is quoted itself), in
/// an address (<c>a%22b</c>), or in base64, also as a part of something longer there (<c>user:password</c>).
/// </summary>
internal sealed class WrittenForms(string text)
{
    private readonly string[] _cores = [.. Enumerable.Range(0, 3).SelectMany(offset => Cores(text, offset)).Distinct(StringComparer.Ordinal)];

    /// <summary>The first place at or after one where it stands, and how long it is there; null when it does not.</summary>
    public (int At, int Length)? Find(string words, int from)
    {
        for (int at = from; at < words.Length; at++)
        {
            if (LengthAt(words.AsSpan(at)) is var length and > 0)
                return (at, length);
            foreach (string core in _cores)
            {
                if (words.AsSpan(at).StartsWith(core, StringComparison.Ordinal))
                    return Whole(words, from, at, core.Length);
            }
        }

        return null;
    }

    /// <summary>
    /// What of its base64 does not depend on what stands before and after it; six bits are a character, so there are three ways to begin, and two alphabets.
    /// </summary>
    private static IEnumerable<string> Cores(string text, int offset)
    {
        byte[] bytes = [.. new byte[offset], .. Encoding.UTF8.GetBytes(text)];
        string core = Convert.ToBase64String(bytes)[(offset == 0 ? 0 : offset + 1)..(bytes.Length * 8 / 6)];
        return [core, core.Replace('+', '-').Replace('/', '_')];
    }

    /// <summary>With what is around it of the same base64: its ends tell some bits.</summary>
    private static (int At, int Length) Whole(string words, int from, int at, int length)
    {
        int start = at, end = at + length;
        while (start > from && IsBase64(words[start - 1]))
            start--;
        while (end < words.Length && IsBase64(words[end]))
            end++;
        return (start, end - start);
    }

    private static bool IsBase64(char one) => char.IsAsciiLetterOrDigit(one) || one is '+' or '/' or '-' or '_' or '=';

    /// <summary>How long it is at the beginning of the words; 0 when it is not there.</summary>
    private int LengthAt(ReadOnlySpan<char> words)
    {
        int at = 0;
        bool isAfterBackslash = false;
        foreach (char wanted in text)
        {
            // A text that is quoted twice has four for one, and those of the next character may follow at once.
            int backslashes = char.IsAsciiLetterOrDigit(wanted) ? 0 : Backslashes(words[at..]);
            int length = wanted == '\\'
                ? (backslashes > 0 || isAfterBackslash ? 0 : OneAt(words[at..], wanted, false))
                : OneAt(words[(at + backslashes)..], wanted, backslashes > 0 || isAfterBackslash);
            if (length == 0 && !(wanted == '\\' && (backslashes > 0 || isAfterBackslash)))
                return 0;
            at += backslashes + length;
            isAfterBackslash = wanted == '\\' && length == 0;
        }

        return at;
    }

    private static int Backslashes(ReadOnlySpan<char> words) => words.IndexOfAnyExcept('\\') is var end and >= 0 ? end : words.Length;

    /// <summary>How long one character is at the beginning of the words; 0 when it is another.</summary>
    private static int OneAt(ReadOnlySpan<char> words, char wanted, bool isEscaped)
    {
        if (words.IsEmpty)
            return 0;
        if (words[0] == wanted)
            return 1;
        if (words[0] == '%')
            return Hex(words, 2) == wanted ? 3 : 0;
        if (!isEscaped)
            return wanted == ' ' && words[0] == '+' ? 1 : 0;
        return words[0] switch
        {
            'u' => Hex(words, 4) == wanted ? 5 : 0,
            'x' => Hex(words, 2) == wanted ? 3 : 0,
            'n' => wanted == '\n' ? 1 : 0,
            'r' => wanted == '\r' ? 1 : 0,
            't' => wanted == '\t' ? 1 : 0,
            'b' => wanted == '\b' ? 1 : 0,
            'f' => wanted == '\f' ? 1 : 0,
            _ => 0,
        };
    }

    private static int Hex(ReadOnlySpan<char> words, int digits) =>
        words.Length > digits && int.TryParse(words.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) ? value : -1;
}
