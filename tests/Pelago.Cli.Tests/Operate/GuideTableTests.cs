// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;
using Pelago.TestKit;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>The table of docs/guides/operate.md that puts our verbs beside those of the first Mesos CLI: each row of it, run.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed partial class GuideTableTests(FilesHome home)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The words after <c>pelago</c>, and what is printed.</summary>
    public static readonly TheoryData<string, string> Rows = new()
    {
        { "ps ada", "running" },
        { "resolve ada", "\\d+\\.\\d+\\.\\d+\\.\\d+" },
        { "state", "\"nodes\"" },
        { "events --once", "Pod/default/ada" },
        { "ps --columns owner,state,id --sort owner", "default/ada\\.main" },
        { "config limit", "^77\n$" },
        { "help ps", "--sort" },
        { "completion bash", "complete -o default -F _pelago pelago" },
        { "top ada --once", "default/ada\\.main" },
        { "wait ada --for running", "default/ada\\.main\trunning" },
        { "kill victim", "default/victim\tkilled" },
        { "ls ada", "^-rw.* lines$" },
        { "find ada --name *.log", "^deep/er/x\\.log$" },
        { "cat ada lines", "^one\ntwo\nthree\n$" },
        { "head -n 1 ada lines", "^one\n$" },
        { "tail -n 1 ada lines", "^three\n$" },
        { "grep -n tw ada lines", "^2:two\n$" },
        { "du -s ada deep", "deep" },
        { "cp ada:lines HERE", "\\A\\z" },
        { "ssh ada -- cat lines", "^one\ntwo\nthree\n$" },
        { "scp HERE sent -t ada", "default/ada\\.main:sent\tuploaded" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_row_of_the_table_works(string line, string printed)
    {
        if (line.StartsWith("kill", StringComparison.Ordinal))
        {
            await home.AddAsync("victim", "exec sleep 1000");
            await Eventually.GetAsync(() => home.RunAsync("ps", "victim"), found => found.ExitCode == 0, Cancel);
        }
        string here = home.Beside("guide-copy");
        if (line.StartsWith("scp", StringComparison.Ordinal))
            await File.WriteAllTextAsync(here, "text", Cancel);

        if (line.StartsWith("config", StringComparison.Ordinal))
            await home.PrintAsync("config", "limit", "77");

        ProgramResult result = await home.RunAsync([.. line.Split(' ').Select(word => word == "HERE" ? here : word)]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(new Regex(printed, RegexOptions.Multiline), result.Output);
        if (line.StartsWith("cp", StringComparison.Ordinal))
            Assert.Equal("one\ntwo\nthree\n", await File.ReadAllTextAsync(here, Cancel));
    }

    [Fact]
    public void No_row_of_the_table_is_without_its_line_here()
    {
        string guide = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "guides", "operate.md"));
        string[] verbs = [.. Row().Matches(guide).Select(row => row.Groups[1].Value)];

        Assert.Equal(verbs.Order(StringComparer.Ordinal), Rows.Select(row => row.Data.Item1.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^\\|[^|]*\\| `pelago ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex Row();
}
