// SPDX-License-Identifier: Apache-2.0

using System.Text;
using CsCheck;
using Pelago.Kube.Lines;
using Xunit;

namespace Pelago.Kube.Tests.Lines;

public sealed class TextCutTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["ab\n"], 0, 60];

    private static readonly Gen<TextPart> Parts =
        Gen.Select(Gen.OneOf(Enum.GetValues<TextSide>()), Gen.Int[0, 12], Gen.Bool).Select((side, count, isBytes) => new TextPart(side, count, isBytes));

    [Fact]
    public void Part_is_that_of_the_whole_text_however_it_comes() =>
        Gen.Select(Text, Parts, Gen.Int[1, 9]).Sample((text, part, piece) => Assert.Equal(Naive(text, part), Run(text, part, piece, out _)));

    [Fact]
    public void Nothing_more_is_wanted_after_the_first_ones()
    {
        var cut = new TextCut(new TextPart(TextSide.First, 2, IsBytes: false));

        Assert.Equal("a\nb\n", Encoding.ASCII.GetString(cut.Push("a\nb\nc"u8.ToArray()).Span));
        Assert.True(cut.IsDone);
        Assert.True(new TextCut(new TextPart(TextSide.First, 0, IsBytes: true)).IsDone);
    }

    [Theory]
    [InlineData(TextSide.Last, false)]
    [InlineData(TextSide.Last, true)]
    [InlineData(TextSide.AllButLast, false)]
    [InlineData(TextSide.AllButLast, true)]
    public void Of_a_long_text_no_more_is_held_than_its_end(TextSide side, bool isBytes)
    {
        string text = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{i:D9}\n"));

        Run(text, new TextPart(side, isBytes ? 100 : 10, isBytes), 64, out long most);

        Assert.InRange(most, 100, 100 + (3 * 64));
    }

    [Theory]
    [InlineData(TextSide.Last)]
    [InlineData(TextSide.AllButLast)]
    public void Where_no_line_is_counted_a_line_without_end_is_not_held(TextSide side)
    {
        string text = new('x', 1000);

        string got = Run(text, new TextPart(side, 0, IsBytes: false), 64, out long most);

        Assert.Equal((side == TextSide.Last ? "" : text, 0L), (got, most));
    }

    private static string Run(string text, TextPart part, int piece, out long most)
    {
        var cut = new TextCut(part);
        var got = new StringBuilder();
        most = 0;
        for (int at = 0; at < text.Length; at += piece)
        {
            got.Append(Encoding.ASCII.GetString(cut.Push(Encoding.ASCII.GetBytes(text[at..Math.Min(text.Length, at + piece)])).Span));
            most = Math.Max(most, cut.Held);
        }
        return got.Append(Encoding.ASCII.GetString(cut.End().Span)).ToString();
    }

    private static string Naive(string text, TextPart part)
    {
        int ends = text.Count(letter => letter == '\n');
        string[] all = part.IsBytes
            ? [.. text.Select(letter => $"{letter}")]
            : [.. text.Split('\n').Select((line, i) => i < ends ? line + "\n" : line).Where(line => line.Length > 0)];
        int count = (int)part.Count;
        return string.Concat(part.Side switch
        {
            TextSide.First => all.Take(count),
            TextSide.AllButFirst => all.Skip(count),
            TextSide.Last => all.TakeLast(count),
            _ => all.SkipLast(count),
        });
    }
}
