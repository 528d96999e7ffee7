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

    /// <summary>A pattern that matches over ends of lines finds the same far one from each line: after so many in vain each line is looked at by itself.</summary>
    private const int MostFalseHits = 16;

    // The same over many lines at once. Of what it finds each line is asked again: it may have matched over an end of line.
    private readonly Regex? _ahead;
    private char[] _text = new char[1024];
    private char[] _line = new char[1024];
    private int _length;
    private int _falseHits;
    private int _at;
    private bool _isAscii;

    private LineMatcher(byte[]? literal, Regex? regex, Regex? ahead) => (_literal, _regex, _ahead) = (literal, regex, ahead);

    /// <summary>Lines that cannot match are found without a look at each: <see cref="Begin"/>, then <see cref="Skip"/> and <see cref="Pass"/> in turns.</summary>
    public bool LooksAhead => _literal is not null || _ahead is not null;

    /// <summary>Null with a reason when the pattern cannot be used.</summary>
    public static LineMatcher? Of(LineQuery query, out string? error)
    {
        error = query.Pattern.Length > LineQuery.LongestPattern ? $"the pattern is longer than {LineQuery.LongestPattern} characters" : null;
        if (error is not null)
            return null;
        bool isText = query.Fixed || query.Pattern.AsSpan().IndexOfAny(Special) < 0;
        if (isText && !query.IgnoreCase && query.Pattern.Length > 0)
            return new LineMatcher(Encoding.UTF8.GetBytes(query.Pattern), null, null);
        try
        {
            RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (query.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            string pattern = isText ? Regex.Escape(query.Pattern) : query.Pattern;
            return new LineMatcher(null, new Regex(pattern, options), IsSameOverLines(pattern) ? new Regex(pattern, options | RegexOptions.Multiline) : null);
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            error = $"\"{query.Pattern}\" is no pattern that can be searched for: {bad.Message.ReplaceLineEndings(" ")}";
            return null;
        }
    }

    private static readonly SearchValues<char> Special = SearchValues.Create("\\*+?|{}[]()^$.#");

    /// <summary>Whole lines, of which the first one is the next.</summary>
    public void Begin(ReadOnlySpan<byte> lines)
    {
        if (_ahead is null)
            return;
        Decode(lines);
        (_at, _falseHits, _isAscii) = (0, 0, _length == lines.Length && Ascii.IsValid(lines));
    }

    /// <summary>Where the next line begins that may match; the length when there is none.</summary>
    /// <param name="rest">The lines from the next one on.</param>
    public int Skip(ReadOnlySpan<byte> rest)
    {
        if (_ahead is null)
        {
            int found = rest.IndexOf(_literal);
            return found < 0 ? rest.Length : rest[..found].LastIndexOf((byte)'\n') + 1;
        }
        if (_falseHits > MostFalseHits)
            return 0;
        ReadOnlySpan<char> text = _text.AsSpan(_at, _length - _at);
        Regex.ValueMatchEnumerator matches = _ahead.EnumerateMatches(text);
        int begin = matches.MoveNext() ? text[..matches.Current.Index].LastIndexOf('\n') + 1 : text.Length;
        _at += begin;
        return begin == text.Length ? rest.Length : _isAscii ? begin : AfterLines(rest, text[..begin].Count('\n'));
    }

    /// <summary>The next line is done with.</summary>
    public void Pass()
    {
        if (_ahead is null || _falseHits > MostFalseHits)
            return;
        int end = _text.AsSpan(_at, _length - _at).IndexOf('\n');
        _at = end < 0 ? _length : _at + end + 1;
    }

    public bool Matches(ReadOnlySpan<byte> line)
    {
        if (_literal is not null)
            return line.IndexOf(_literal) >= 0;
        if (_line.Length < line.Length)
            _line = new char[Math.Max(line.Length, _line.Length * 2)];
        int length = Encoding.UTF8.GetChars(line, _line);
        bool isMatch = _regex!.IsMatch(_line.AsSpan(0, length));
        _falseHits += isMatch ? 0 : 1;
        return isMatch;
    }

    /// <summary>Anchors of a whole text mean something else over many lines, and so may options within a pattern.</summary>
    private static bool IsSameOverLines(string pattern)
    {
        for (int i = 0; i + 1 < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && pattern[i++ + 1] is 'A' or 'z' or 'Z' or 'G')
                return false;
            if (i + 2 < pattern.Length && pattern[i] == '(' && pattern[i + 1] == '?' && pattern[i + 2] != ':')
                return false;
        }
        return true;
    }

    private static int AfterLines(ReadOnlySpan<byte> lines, int count)
    {
        int at = 0;
        for (; count > 0; count--)
            at += lines[at..].IndexOf((byte)'\n') + 1;
        return at;
    }

    private void Decode(ReadOnlySpan<byte> lines)
    {
        if (_text.Length < lines.Length)
            _text = new char[Math.Max(lines.Length, _text.Length * 2)];
        _length = Encoding.UTF8.GetChars(lines, _text);
    }
}
