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
        // One that ends when it is asked to has an end to tell of, and the code of that.
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "-c", "trap '' TERM; echo begun; while :; do sleep 1; done"])
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
    public async Task A_time_that_is_over_before_a_pod_has_its_place_is_124_and_leaves_nothing()
    {
        ProgramResult result = await _home.RunAsync("dcsh", "-n", "--timeout", "3s", "--mem", "100Ti", "true");

        Assert.Equal((124, ""), (result.ExitCode, result.Output));
        Assert.Contains("before its pod ran", result.Error, StringComparison.Ordinal);
        await Eventually.GetAsync(() => KubectlAsync("get", "jobs,pods", "-l", "app.kubernetes.io/managed-by=dcsh", "-o", "name"), left => left.Length == 0, Cancel);
    }

    [Fact]
    public async Task A_pod_that_waited_for_a_while_runs_on_without_the_deadline_of_its_waiting()
    {
        await KubectlAsync("cordon", "node-1");
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-c", "read -r line; echo \"$line\""])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        Task<string> DeadlinesAsync() =>
            KubectlAsync("get", "jobs", "-l", "app.kubernetes.io/managed-by=dcsh", "-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.activeDeadlineSeconds};{end}");
        string made = await Eventually.GetAsync(DeadlinesAsync, deadlines => deadlines.StartsWith("dcsh-", StringComparison.Ordinal), Cancel);
        Assert.DoesNotContain("=;", made, StringComparison.Ordinal);

        await KubectlAsync("uncordon", "node-1");

        await Eventually.GetAsync(DeadlinesAsync, deadlines => deadlines.EndsWith("=;", StringComparison.Ordinal), Cancel);
        await client.StandardInput.WriteAsync("on\n");
        client.StandardInput.Close();
        Assert.Equal("on\n", await client.StandardOutput.ReadToEndAsync(Cancel));
        await client.WaitForExitAsync(Cancel);
        Assert.Equal(0, client.ExitCode);
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
