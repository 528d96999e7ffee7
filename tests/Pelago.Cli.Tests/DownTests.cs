// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class DownTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_daemon_left_running_is_ended()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process"); // the pod's program is the machine's own
        string mark = $"{Random.Shared.Next(100_000, 999_999)}.5";
        await CreatePodAsync(home.Places.ReadDaemon()!.Clusters[0], mark);
        await Eventually.TrueAsync(() => IsRunning(mark), Cancel);
        using (Process daemon = Process.GetProcessById(home.Places.ReadDaemon()!.Pid))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        Assert.True(IsRunning(mark), "pods outlive the daemon");
        ProgramResult down = await home.RunAsync("down");

        Assert.True(down.ExitCode == 0, down.ToString());
        Assert.Contains("the pods that a killed one left are ended", down.Error, StringComparison.Ordinal);
        Assert.False(IsRunning(mark));
    }

    [Fact]
    public async Task How_long_programs_have_to_end_is_said()
    {
        await using var home = new LocalHome();

        ProgramResult help = await home.RunAsync("down", "--help");

        Assert.Contains("Programs have the grace period of their pods", help.Output, StringComparison.Ordinal);
        Assert.Contains("but 10 s at most", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_what_does_not_run_is_no_failure()
    {
        await using var home = new LocalHome();

        ProgramResult down = await home.RunAsync("down");

        Assert.Equal(0, down.ExitCode);
        Assert.Equal($"no pelagod runs on {home.Root}\n", down.Error);
        Assert.False(Directory.Exists(home.Root));
    }

    private static async Task CreatePodAsync(ClusterRecord cluster, string seconds)
    {
        string pod = $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"sleeper"},"spec":{"containers":[{"name":"sleeper","image":"sh","command":["sleep","{{{seconds}}}"]}]}}""";
        using var api = new HttpKubeApi(Kubeconfig.Load([cluster.Kubeconfig], mustExist: true).Connect(cluster.Name, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        // Refused until the namespace has its default account.
        await Eventually.GetAsync(
            () => api.CreateAsync(new ResourcePath(new GroupVersionResource("", "v1", "pods"), "default"), Encoding.UTF8.GetBytes(pod), WriteQuery.None, Cancel),
            made => made.IsSuccess, Cancel);
    }

    private static bool IsRunning(string seconds) => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"sleep\0{seconds}\0", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
