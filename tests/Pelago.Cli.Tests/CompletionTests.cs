// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public CompletionTests()
    {
        foreach (string cluster in new[] { "pelago-1", "pelago-2" })
            Directory.CreateDirectory(Path.Combine(_home.Path, "clusters", cluster));
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("kubeconfig", "ku")]
    [InlineData("--clusters", "up", "--c")]
    [InlineData("json table", "up", "-o", "")]
    [InlineData("--output=json", "up", "--output=j")]
    [InlineData("bash fish zsh", "completion", "")]
    [InlineData("pelago-1 pelago-2", "kubeconfig", "--cluster", "")]
    [InlineData("pelago-1,pelago-2", "kubeconfig", "--cluster", "pelago-1,")]
    [InlineData("--grid", "watch", "--g")]
    [InlineData("namespace node workload", "watch", "--by", "")]
    [InlineData("pelago-1 pelago-2", "watch", "--grid", "--cluster", "")]
    [InlineData("", "up", "--port", "")]
    [InlineData("", "frobnicate", "--x", "y")]
    public async Task Words_are_completed_by_what_the_command_line_accepts(string expected, params string[] words)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, ["__complete", "--", .. words]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(expected, string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0])));
    }

    [Fact]
    public async Task Hidden_commands_are_not_offered()
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "__complete", "--", "");

        Assert.Contains("doctor\t", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("__complete", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubeconfig", "pelago", "kube")]
    [InlineData("pelago-1 pelago-2", "pelago", "kubeconfig", "--cluster", "p")]
    [InlineData("json", "pelago", "up", "--output", "=", "j")]
    [InlineData("json table", "pelago", "up", "--output", "=")]
    public async Task Bash_completes_through_its_script(string expected, params string[] words)
    {
        const string Script = """
            source <(pelago completion bash)
            COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            complete -p pelago >/dev/null || exit 9
            _pelago; echo "${COMPREPLY[*]}"
            """;
        var environment = new Dictionary<string, string?>
        {
            ["PELAGO_HOME"] = _home.Path, ["PATH"] = CliProcess.ProgramDirectory + ":" + Environment.GetEnvironmentVariable("PATH"),
        };

        ProgramResult result = await ProgramRun.RunAsync(
            "/bin/bash", ["--norc", "-c", Script, "bash", .. words], environment, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(expected + "\n", result.Output);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _pelago pelago")]
    [InlineData("zsh", "compdef _pelago pelago")]
    [InlineData("fish", "complete -c pelago")]
    public async Task Completion_scripts_are_printed_for_each_shell(string shell, string line)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "completion", shell);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(line, result.Output, StringComparison.Ordinal);
    }
}
