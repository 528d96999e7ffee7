// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class DemoTests
{
    private const int Nobody = 65534;

    [Fact]
    public async Task Three_clusters_with_something_on_each_and_a_second_run_changes_nothing()
    {
        await using var home = new LocalHome();

        JsonNode first = await home.JsonAsync("demo");
        JsonNode second = await home.JsonAsync("demo");
        ProgramResult quiet = await home.RunAsync("demo", "-q");

        Assert.Equal(3, first["clusters"]!.AsArray().Count);
        string[] workloads = [.. first["workloads"]!.AsArray().Select(row => $"{row!["cluster"]} {row["workload"]} {row["settled"]}")];
        Assert.Contains("pelago-1 deployment/hello true", workloads);
        Assert.Contains("pelago-2 job/count true", workloads);
        Assert.Contains("pelago-2 cronjob/clock true", workloads);
        Assert.Contains(first["workloads"]!.AsArray(), row => ((string)row!["says"]!).Contains("ended with code 3: no configuration at /etc/crash.conf", StringComparison.Ordinal));
        Assert.Contains(first["workloads"]!.AsArray(), row => ((string)row!["says"]!).Contains("Insufficient cpu", StringComparison.Ordinal));
        Assert.Equal((int)first["pid"]!, (int)second["pid"]!);
        Assert.Equal(workloads, second["workloads"]!.AsArray().Select(row => $"{row!["cluster"]} {row["workload"]} {row["settled"]}"));
        Assert.Equal((0, ""), (quiet.ExitCode, quiet.Error));
        Assert.Equal(workloads.Length + 1, quiet.Output.TrimEnd().Split('\n').Length); // the table, and no tour
        Assert.Equal("pelago down", (string)first["tour"]!.AsArray()[^1]!["command"]!);
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task Busy_puts_twenty_personas_there_that_answer_and_call_each_other()
    {
        await using var home = new LocalHome();

        JsonNode busy = await home.JsonAsync("demo", "busy", "--instances", "2");

        Assert.Equal((40, 20), ((int)busy["instances"]!, busy["personas"]!.AsArray().Count));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        string metrics = await Eventually.GetAsync(
            () => client.GetStringAsync(new Uri((string)busy["personas"]![0]!["address"]! + "metrics"), TestContext.Current.CancellationToken),
            page => page.Contains("instance_name=\"web-1\",code=\"200\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Contains("http_request_duration_seconds_bucket", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_it_ends_what_it_started()
    {
        await using var home = new LocalHome();
        using Process demo = Process.Start(new ProcessStartInfo(CliProcess.Program, ["demo", "--home", home.Root]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        while (home.Places.ReadDaemon()?.Ready != true)
        {
            Assert.False(demo.HasExited, "the demo ended before its clusters were ready");

            // A poll: that the daemon is ready stands in a file.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        _ = Kill(demo.Id, 2);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, demo.ExitCode);
        Assert.Empty(await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Null(home.Places.ReadHolder());
    }

    [Fact]
    public async Task It_wants_no_fewer_clusters_than_three()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process"); // of containers it is refused for what they are

        ProgramResult result = await home.RunAsync("demo");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("the demo wants 3 clusters and 1 run(s) on", result.Error, StringComparison.Ordinal);
        Assert.Contains("down' first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_works_without_root_and_without_kubectl_and_draws_nothing_in_a_pipe()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user; run by another user, the other tests show this");
        using var directory = new TemporaryDirectory();
        // The build may lie where another user cannot look.
        CliProcess.CopyTo(directory["bin"]);
        Directory.CreateDirectory(directory["user"]);
        await Succeeds("chown", $"{Nobody}", directory["user"]);
        await Succeeds("chmod", "-R", "a+rX", directory.Path);
        try
        {
            ProgramResult demo = await AsNobodyAsync(directory, "demo");

            Assert.True(demo.ExitCode == 0, demo.ToString());
            Assert.Empty(demo.Error);
            Assert.DoesNotContain("\e", demo.Output, StringComparison.Ordinal);
            Assert.Matches(@"(?m)^pelago-1 +deployment/hello +3/3 ready$", demo.Output);
            Assert.Contains("kubectl --context pelago-3 -n demo describe pod too-big", demo.Output, StringComparison.Ordinal);
            await AsNobodyAsync(directory, "down", "--purge"); // clusters that exist keep what they were made with
            ProgramResult up = await AsNobodyAsync(directory, "up", "--detach");
            Assert.Contains("\nPods run as programs of this machine, and their images are only labels; for pods from images: run as root", $"\n{up.Error}", StringComparison.Ordinal);
            Assert.Equal((uint)Nobody, UnixFile.Of(Path.Combine(directory["user"], ".pelago", "daemon.json")));
        }
        finally
        {
            ProgramResult down = await AsNobodyAsync(directory, "down");
            Assert.True(down.ExitCode == 0, down.ToString());
        }
    }

    private static Task<ProgramResult> AsNobodyAsync(TemporaryDirectory directory, params string[] command) => ProgramRun.RunAsync(
        "setpriv", ["--reuid", $"{Nobody}", "--regid", $"{Nobody}", "--clear-groups", Path.Combine(directory["bin"], "pelago"), .. command],
        new Dictionary<string, string?> { ["HOME"] = directory["user"], ["PELAGO_HOME"] = null, ["PELAGO_DAEMON"] = null, ["PATH"] = "/usr/bin:/bin", ["TMPDIR"] = directory["user"], ["DOTNET_ROOT"] = DotnetRoot() },
        TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

    private static string DotnetRoot() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static async Task Succeeds(string program, params string[] arguments)
    {
        ProgramResult result = await ProgramRun.RunAsync(program, arguments, null, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
