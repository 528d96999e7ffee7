// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Pelago.Kube.Lines;
using Xunit;

namespace Pelago.Kube.Tests.Lines;

public sealed class LineFilterTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["abé\n"], 0, 80];

    /// <summary>Those of the second line mean something else where a text has several lines, or match over an end of line.</summary>
    private static readonly Gen<string> Patterns = Gen.OneOf(
        "a", "ab", "b+a", "^a", "A", "a$", "", "é+a", "x*",
        @"a\s*b", "[^b]+b", @"\Aab", @"a\z", @"\bab\b", "(?-i:a)b", "^$", @"a\W", "[^b]*a", "[^é]*ab");

    private static readonly Gen<LineQuery> Queries =
        Gen.Select(Patterns, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 6]).Select(
            (pattern, ignoreCase, invert, numbers, before, after, most) => new LineQuery
            {
                Pattern = pattern, IgnoreCase = ignoreCase, Invert = invert, Numbers = numbers, Before = before, After = after, Most = most == 6 ? null : most,
            });

    [Fact]
    public void Answer_is_that_of_looking_at_each_line_however_the_text_is_cut() =>
        Gen.Select(Text, Queries, Gen.Int[1, 9]).Sample((text, query, piece) => Assert.Equal(Naive(text, query), Run(text, query, piece)));

    [Fact]
    public void Count_says_how_many_and_shows_none() =>
        Assert.Equal("!2\n", Run("one\ntwo\none more\n", new LineQuery { Pattern = "one", CountOnly = true }, 4));

    [Fact]
    public void Last_line_without_a_newline_is_one() =>
        Assert.Equal(":two\n!1\n", Run("one\ntwo", new LineQuery { Pattern = "two", Fixed = true }, 100));

    [Fact]
    public void Pattern_that_matches_over_many_lines_at_once_looks_at_each_line_a_bounded_number_of_times()
    {
        string lines = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"line {i}\n"));

        Assert.Equal(":nothing\n!1\n", Run(lines + "nothing\n", new LineQuery { Pattern = "[^\"]*nothing" }, int.MaxValue));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void Lines_that_match_are_found_before_and_after_looking_ahead_was_given_up(int between)
    {
        string some = string.Concat(Enumerable.Repeat("é\n", between));

        Assert.Equal($":1:a\"nothing\n:{between + 2}:é nothing\n:{(2 * between) + 3}:nothing\n!3\n",
            Run($"a\"nothing\n{some}é nothing\n{some}nothing\n", new LineQuery { Pattern = "[^\"]*nothing", Numbers = true }, int.MaxValue));
    }

    [Fact]
    public void Text_of_a_pattern_is_a_text_when_it_is_said_to_be_one() =>
        Assert.Equal(":a.c\n!1\n", Run("abc\na.c\n", new LineQuery { Pattern = "a.c", Fixed = true }, 100));

    [Fact]
    public void Of_what_is_no_text_no_line_is_shown() =>
        Assert.Equal("!1 binary\n", Run("a\0b\nab\n", new LineQuery { Pattern = "b" }, 100));

    [Fact]
    public void Line_without_end_is_taken_in_pieces_of_bounded_length()
    {
        string line = new('a', 3 * LineFilter.LongestLine);

        string answer = Run(line, new LineQuery { Pattern = "a", CountOnly = true }, 100_000);

        Assert.InRange(long.Parse(answer.Trim().TrimStart('!'), CultureInfo.InvariantCulture), 2, 4);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)")]
    public void Pattern_that_cannot_be_used_is_refused_with_a_reason(string pattern)
    {
        Assert.Null(LineFilter.Of(new LineQuery { Pattern = pattern }, new ArrayBufferWriter<byte>(), out string? error));
        Assert.Contains(pattern, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.log", "app.log", true)]
    [InlineData("*.log", "app.log.1", false)]
    [InlineData("[a-c]?", "bx", true)]
    [InlineData("[!a-c]?", "bx", false)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("two\nlines*", "two\nlines of it", true)]
    [InlineData("[", "[", true)]
    public void Glob_matches_whole_names(string glob, string name, bool matches) => Assert.Equal(matches, new Glob(glob).Matches(name));

    private static string Run(string text, LineQuery query, int piece)
    {
        var output = new ArrayBufferWriter<byte>();
        LineFilter? filter = LineFilter.Of(query, output, out string? error);
        Assert.Null(error);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (long i = 0; i < bytes.Length && !filter!.IsDone; i += piece)
            filter.Push(bytes.AsSpan((int)i, (int)Math.Min(piece, bytes.Length - i)));
        filter!.End();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Marks what is shown, then writes it.</summary>
    private static string Naive(string text, LineQuery query)
    {
        List<string> lines = [.. text.Split('\n')];
        if (lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        var regex = new Regex(query.Pattern, query.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        int[] matched = [.. Enumerable.Range(0, lines.Count).Where(i => regex.IsMatch(lines[i]) != query.Invert).Take((int)(query.Most ?? int.MaxValue))];
        var shown = new SortedDictionary<int, char>();
        foreach (int match in matched)
        {
            for (int i = Math.Max(0, match - query.Before); i <= Math.Min(lines.Count - 1, match + query.After); i++)
                shown.TryAdd(i, '-');
        }
        foreach (int match in matched)
            shown[match] = ':';
        var answer = new StringBuilder();
        int? last = null;
        foreach ((int i, char mark) in shown)
        {
            if (query.Before + query.After > 0 && last is { } before && i > before + 1)
                answer.Append("=\n");
            answer.Append(mark).Append(query.Numbers ? $"{i + 1}{mark}" : "").Append(lines[i]).Append('\n');
            last = i;
        }
        return answer.Append('!').Append(matched.Length).Append('\n').ToString();
    }
}
