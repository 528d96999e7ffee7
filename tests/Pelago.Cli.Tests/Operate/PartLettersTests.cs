// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Operate.Files;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

public sealed class PartLettersTests
{
    [Theory]
    [InlineData("tail -5 web", "tail -n 5 web")]
    [InlineData("tail -5f web", "tail -n 5 -f web")]
    [InlineData("--home /h head -12 -q web", "--home /h head -n 12 -q web")]
    public void A_number_right_after_the_command_is_how_many_lines(string line, string read) => Assert.Equal(read.Split(' '), Spelt(line));

    [Theory]
    [InlineData("tail -n -5 web")]
    [InlineData("tail web -5")]
    [InlineData("tail -f web")]
    [InlineData("head -5f web")]
    [InlineData("tail -")]
    [InlineData("grep -5 web")]
    [InlineData("dcsh tail -5")]
    public void Nothing_else_is(string line) => Assert.Equal(line.Split(' '), Spelt(line));

    private static string[] Spelt(string line)
    {
        string[] words = line.Split(' ');
        return PartLetters.Spell(words, CommandTree.Build(words[0]));
    }
}
