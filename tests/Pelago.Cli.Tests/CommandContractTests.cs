// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class CommandContractTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    public async Task Version_is_one_line_on_stdout(string word)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, word);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^pelago \d+\.\d+\.\d+\n$", result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void Each_command_is_found_by_its_name() =>
        Assert.All(CommandTree.Names, name => Assert.Equal(name, Assert.Single(CommandTree.Build(name).Subcommands).Name));

    [Fact]
    public async Task Kubeconfig_before_the_first_up_matches_nothing()
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "kubeconfig");

        Assert.Equal(3, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("run 'pelago up' first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advice_names_the_command_as_it_was_called()
    {
        var called = new Dictionary<string, string?> { ["PELAGO_COMMAND"] = "./pelago" };

        foreach (string command in new[] { "kubeconfig", "ps", "dashboard" })
        {
            ProgramResult result = await CliProcess.RunAsync(_home.Path, called, command);
            Assert.Contains("'./pelago up", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("'pelago ", result.Error, StringComparison.Ordinal);
        }

        Assert.EndsWith("Run './pelago up --help' for usage.\n", (await CliProcess.RunAsync(_home.Path, called, "up", "--x")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_leaves_a_directory_alone_that_is_no_home()
    {
        string mine = _home["thesis.txt"];
        await File.WriteAllTextAsync(mine, "years of work", TestContext.Current.CancellationToken);

        ProgramResult result = await CliProcess.RunAsync(_home.Path, "down", "--purge");

        Assert.Equal(2, result.ExitCode);
        Assert.True(File.Exists(mine));
    }
}
