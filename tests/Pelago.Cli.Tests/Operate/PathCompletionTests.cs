// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Tests.Clusters;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Paths of tasks are completed as those of this machine.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class PathCompletionTests(FilesHome home)
{
    [Theory]
    [InlineData("lines", "cat", "ada", "line")]
    [InlineData("deep/", "ls", "ada", "dee")]
    [InlineData("deep/er/", "find", "ada", "deep/")]
    [InlineData("deep/er/x.log", "tail", "-n", "3", "ada", "deep/er/x")]
    [InlineData("deep/er/x.log", "tail", "-5f", "ada", "deep/er/x")]
    [InlineData("log", "cat", "ada", "lo")]
    [InlineData("one.a one.b", "grep", "pattern", "ada", "one.")]
    [InlineData("lines", "head", "ada", "empty", "lin")]
    [InlineData("only", "du", "ada", "onl")]
    [InlineData("", "cat", "ada", "/../ho")]
    [InlineData("", "cat", "ada", "/etc/hostn")] // not in its sandbox
    [InlineData("", "cat", "ada", "no-such")]
    [InlineData("ada.main", "cat", "ad")]
    [InlineData("ada.main", "tail", "-f", "ad")]
    public async Task The_files_that_begin_with_the_word_are_offered(string expected, params string[] words)
    {
        Assert.SkipWhen(words[^1].StartsWith("/etc", StringComparison.Ordinal) && GivenCluster.HasImages, "all files of a container are its sandbox");
        string offered = await home.PrintAsync(["__complete", "--", .. words]);

        Assert.Equal(expected, string.Join(' ', offered.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
