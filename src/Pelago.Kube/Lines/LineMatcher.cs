// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Pelago.Kube.Lines;

/// <summary>Whether a line of UTF-8 matches. Bytes that are no UTF-8 match no letter.</summary>
internal sealed class LineMatcher
{
    private readonly byte[]? _literal;
    private readonly Regex? _regex;
    private char[] _text = new char[1024];

    private LineMatcher(byte[]? literal, Regex? regex) => (_literal, _regex) = (literal, regex);

    /// <summary>The bytes that a line matches by having them; null where it takes more than that.</summary>
    public ReadOnlySpan<byte> Literal => _literal;

    /// <summary>Null with a reason when the pattern cannot be used.</summary>
    public static LineMatcher? Of(LineQuery query, out string? error)
    {
        error = query.Pattern.Length > LineQuery.LongestPattern ? $"the pattern is longer than {LineQuery.LongestPattern} characters" : null;
        if (error is not null)
            return null;
        bool isText = query.Fixed || query.Pattern.AsSpan().IndexOfAny(Special) < 0;
        if (isText && !query.IgnoreCase && query.Pattern.Length > 0)
            return new LineMatcher(Encoding.UTF8.GetBytes(query.Pattern), null);
        try
        {
            RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (query.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            return new LineMatcher(null, new Regex(isText ? Regex.Escape(query.Pattern) : query.Pattern, options));
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            error = $"\"{query.Pattern}\" is no pattern that can be searched for: {bad.Message.ReplaceLineEndings(" ")}";
            return null;
        }
    }

    private static readonly SearchValues<char> Special = SearchValues.Create("\\*+?|{}[]()^$.#");

    public bool Matches(ReadOnlySpan<byte> line)
    {
        if (_literal is not null)
            return line.IndexOf(_literal) >= 0;
        if (_text.Length < line.Length)
            _text = new char[Math.Max(line.Length, _text.Length * 2)];
        int length = Encoding.UTF8.GetChars(line, _text);
        return _regex!.IsMatch(_text.AsSpan(0, length));
    }
}
