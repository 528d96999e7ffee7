// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

/// <summary>What is said of a run that does not come to its own end, or of whose end not everybody can be told.</summary>
public sealed class DcshLossTests : IClassFixture<DcshCluster>
{
    private readonly LocalHome _home;

    public DcshLossTests(DcshCluster cluster)
    {
        Assert.SkipUnless(Environment.UserName == "root", "the working directory of a run is a volume, which process pods without namespaces of their own do not have");
        _home = cluster.Home;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_that_was_taken_away_is_123()
    {
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "-c", "echo begun; exec sleep 1000"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        Assert.Equal("begun", await client.StandardOutput.ReadLineAsync(Cancel));

        await KubectlAsync("delete", "pods", "-l", "app.kubernetes.io/managed-by=dcsh", "--force", "--grace-period=0");

        Assert.Contains("was taken away", await client.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        await client.WaitForExitAsync(Cancel);
        Assert.Equal(123, client.ExitCode);
    }

    [Fact]
    public async Task The_code_is_that_of_the_command_also_where_it_cannot_be_told_to_a_descriptor()
    {
        string command = $"exec {CliProcess.Program} dcsh -n --status-fd 3 -c 'exit 7' 3>/dev/full";
        var variables = new Dictionary<string, string?> { ["PELAGO_HOME"] = _home.Root, ["PELAGO_DAEMON"] = null };
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], variables, TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal((7, ""), (result.ExitCode, result.Output));
        Assert.Contains("--status-fd", result.Error, StringComparison.Ordinal);
    }

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        ProgramResult result = await ProgramRun.RunAsync(
            "kubectl", ["--kubeconfig", _home.Places.Kubeconfig, .. arguments], new Dictionary<string, string?>(), TimeSpan.FromSeconds(30), Cancel);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }
}
