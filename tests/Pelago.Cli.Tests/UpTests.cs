// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

[Trait("Runtime", "Given")]
public sealed class UpTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_starts_at_once_are_one_and_json_is_as_the_contract_says()
    {
        await using var home = new LocalHome();

        JsonNode[] both = await Task.WhenAll(home.UpAsync(), home.UpAsync());

        Assert.Equal(["home", "pid", "dashboard", "clusters"], both[0].AsObject().Select(field => field.Key));
        string[] links = [.. both.Select(one => (string)one["dashboard"]!)];
        Assert.All(links, link => Assert.Matches(@"^http://p[0-9a-f]{10}\.localhost:\d+/#login=[A-Za-z0-9_-]{70,}$", link));
        Assert.NotEqual(links[0], links[1]);
        Assert.Equal((200, 401), (await LoginAsync(links[0]), await LoginAsync(links[0])));
        foreach (JsonNode one in both)
            one.AsObject().Remove("dashboard");
        Assert.Equal(both[0].ToJsonString(), both[1].ToJsonString());
        JsonObject cluster = Assert.Single(both[0]["clusters"]!.AsArray())!.AsObject();
        Assert.Equal(["name", "server", "kubeconfig"], cluster.Select(field => field.Key));
        Assert.True(File.Exists((string)cluster["kubeconfig"]!));
        ProgramResult down = await home.RunAsync("down");
        Assert.Equal(0, down.ExitCode);
        Assert.Null(home.Places.ReadHolder());
        Assert.True(Directory.Exists(home.Places.ClustersDirectory), "down leaves the state");
        ProgramResult purge = await home.RunAsync("down", "--purge");
        Assert.Equal(0, purge.ExitCode);
        Assert.False(Directory.Exists(home.Root), "down --purge forgets it");
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_owner()
    {
        await using var home = new LocalHome();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        ProgramResult result = await home.RunAsync("up", "--detach", "--port", $"{port}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"port {port}, asked for as the API port of cluster pelago-1, is in use by ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"(pid {Environment.ProcessId})", result.Error, StringComparison.Ordinal);
        Assert.Contains("'--port 0'", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_cluster_that_had_to_leave_its_port_says_so_with_who_has_it_and_how_to_return()
    {
        await using var home = new LocalHome();
        await home.UpAsync();
        await home.RunAsync("down");
        int before = home.Places.ReadSettings("pelago-1")!.Port;
        using (var taken = new TcpListener(IPAddress.Loopback, before))
        {
            taken.Start();

            ProgramResult moved = await home.RunAsync("up", "--detach");

            Assert.True(moved.ExitCode == 0, moved.ToString());
            int now = home.Places.ReadSettings("pelago-1")!.Port;
            Assert.Matches($@"(?m)^The API of cluster pelago-1 is at port {now} from now on: port {before}, where it was, is in use by .*\(pid {Environment.ProcessId}\)\. ", moved.Error);
            Assert.Contains($"needs {home.Places.ClusterKubeconfig("pelago-1")} anew; or end that program, then 'pelago down' and 'pelago up --port {before}'", moved.Error, StringComparison.Ordinal);
            ProgramResult later = await home.RunAsync("up", "--detach");
            Assert.True(later.ExitCode == 0, later.ToString());
            Assert.DoesNotContain("The API of cluster", later.Error, StringComparison.Ordinal);
        }
        await home.RunAsync("down");
        ProgramResult back = await home.RunAsync("up", "--detach", "--port", $"{before}");

        Assert.True(back.ExitCode == 0, back.ToString());
        Assert.DoesNotContain("The API of cluster", back.Error, StringComparison.Ordinal);
        Assert.Equal(before, home.Places.ReadSettings("pelago-1")!.Port);
    }

    [Fact]
    public async Task A_damaged_daemon_file_is_named_and_down_still_ends_the_daemon()
    {
        await using var home = new LocalHome();
        await home.UpAsync();
        await File.WriteAllTextAsync(home.Places.DaemonFile, "{\"pid\":", Cancel);

        ProgramResult up = await home.RunAsync("up", "--detach");
        ProgramResult down = await home.RunAsync("down");

        Assert.Equal(1, up.ExitCode);
        Assert.Matches(@"^pelago: pelagod \(pid \d+\) runs, but .*daemon\.json, which says where, is damaged: .*'pelago down', then 'pelago up'\n$", up.Error);
        Assert.Equal(0, down.ExitCode);
        Assert.Null(home.Places.ReadHolder());
    }

    [Fact]
    public async Task Pods_are_containers_where_the_machine_can_run_them_and_clusters_keep_their_runtime()
    {
        await using var home = new LocalHome();

        ProgramResult up = await home.RunAsync("up", "--detach", "--port", "0");

        Assert.True(up.ExitCode == 0, up.ToString());
        string says = (string)(await home.JsonAsync("doctor"))["checks"]!.AsArray().Single(check => (string?)check!["name"] == "containerd")!["says"]!;
        string usual = says.Contains("new clusters run pods from images", StringComparison.Ordinal) ? "containerd" : "process";
        Assert.Equal(usual, home.Places.ReadSettings("pelago-1")!.Runtime);
        // Who is not told believes that images are run.
        Assert.Equal(usual == "process", up.Error.Contains("Pods run as programs of this machine, and their images are only labels; for pods from images: ", StringComparison.Ordinal));
        string other = usual == "process" ? "containerd" : "process";
        ProgramResult changed = await home.RunAsync("up", "--detach", "--runtime", other);
        Assert.Equal(2, changed.ExitCode);
        Assert.Contains($"already runs pods with the {usual} runtime, not {other}", changed.Error, StringComparison.Ordinal);
        if (usual == "containerd")
            Assert.Contains("the demo runs programs of this machine", (await home.RunAsync("demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_that_were_asked_for_are_not_explained()
    {
        await using var home = new LocalHome();

        ProgramResult up = await home.RunAsync("up", "--detach", "--port", "0", "--runtime", "process");

        Assert.True(up.ExitCode == 0, up.ToString());
        Assert.DoesNotContain("images are only labels", up.Error, StringComparison.Ordinal);
        Assert.Null(home.Places.ReadDaemon()!.ContainerRemedy);
    }

    [Fact]
    public async Task A_home_that_is_a_file_is_refused()
    {
        await using var home = new LocalHome();
        await File.WriteAllTextAsync(home.Root, "in the way", Cancel);

        ProgramResult result = await home.RunAsync("up", "--detach");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"pelago: {home.Root} is a file, not a directory: choose another home with --home DIR or PELAGO_HOME=DIR\n", result.Error);
    }

    [Fact]
    public async Task A_damaged_state_file_is_left_as_it_is_and_the_message_says_what_to_do()
    {
        await using var home = new LocalHome();
        string state = home.Places.ClusterStateFile("pelago-1");
        Directory.CreateDirectory(Path.GetDirectoryName(state)!);
        string damaged = new('x', 8192);
        await File.WriteAllTextAsync(state, damaged, Cancel);

        ProgramResult result = await home.RunAsync("up", "--detach", "--port", "0");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"pelago: could not start the clusters of {home.Root}: the state file {state} cannot be opened", result.Error, StringComparison.Ordinal);
        Assert.Contains("pelagod store check", result.Error, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllTextAsync(state, Cancel));
        Assert.Null(home.Places.ReadHolder());
    }

    [Theory]
    [InlineData(2)] // Ctrl-C
    [InlineData(1)] // the terminal is closed
    public async Task A_signal_in_the_foreground_ends_daemon_and_command_with_0(int signal)
    {
        await using var home = new LocalHome();
        // Tests that run under nohup, or in the background of a script, would hand down that it is ignored.
        using Process up = await HoldAsync(home, "env", "--default-signal=INT,HUP", CliProcess.Program);

        _ = Kill(up.Id, signal);
        await up.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(0, up.ExitCode);
        Assert.Null(home.Places.ReadHolder());
        Assert.False(File.Exists(home.Places.DaemonFile));
    }

    [Fact]
    public async Task Under_nohup_it_goes_on_when_the_terminal_is_closed()
    {
        await using var home = new LocalHome();
        using Process up = await HoldAsync(home, "nohup", CliProcess.Program);

        _ = Kill(up.Id, 1);
        ProgramResult second = await home.RunAsync("up", "--detach");

        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.False(up.HasExited);
        await home.RunAsync("down");
        await up.WaitForExitAsync(Cancel);
        Assert.Equal(0, up.ExitCode);
    }

    [Fact]
    public async Task A_start_that_is_interrupted_leaves_no_daemon()
    {
        await using var home = new LocalHome();
        using Process up = Process.Start(new ProcessStartInfo(CliProcess.Program, ["up", "--port", "0", "--home", home.Root]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await Eventually.TrueAsync(() => home.Places.ReadHolder() is not null, Cancel);

        _ = Kill(up.Id, 2);
        await up.WaitForExitAsync(Cancel);

        Assert.Null(home.Places.ReadHolder());
        Assert.Null(home.Places.ReadDaemon());
    }

    [Fact]
    public async Task Clusters_that_run_already_are_not_taken_for_others()
    {
        await using var home = new LocalHome();
        await home.UpAsync();

        ProgramResult more = await home.RunAsync("up", "--detach", "--clusters", "2");
        ProgramResult bigger = await home.RunAsync("up", "--detach", "--nodes", "3");
        int port = home.Places.ReadSettings("pelago-1")!.Port, otherPort = port == 65535 ? port - 1 : port + 1;
        ProgramResult elsewhere = await home.RunAsync("up", "--detach", "--port", $"{otherPort}");
        ProgramResult same = await home.RunAsync("up", "--detach", "--clusters", "1", "--nodes", "1", "--port", $"{port}");
        ProgramResult anywhere = await home.RunAsync("up", "--detach", "--port", "0");

        Assert.Equal((2, 2, 2, 0, 0), (more.ExitCode, bigger.ExitCode, elsewhere.ExitCode, same.ExitCode, anywhere.ExitCode));
        Assert.Contains($"already runs clusters from port {port} on, not {otherPort}, on {home.Root}: 'pelago down' first, or use another --home", elsewhere.Error, StringComparison.Ordinal);
        Assert.Contains("already runs 1 cluster(s), not 2", more.Error, StringComparison.Ordinal);
        Assert.Contains("already runs clusters of 1 node(s), not 3", bigger.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clusters_of_another_user_are_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a directory to another user takes root");
        await using var home = new LocalHome();
        Directory.CreateDirectory(home.Places.ClustersDirectory);
        await ProgramRun.RunAsync("chown", ["-R", "65534", home.Root], null, TimeSpan.FromSeconds(10), Cancel);

        ProgramResult result = await home.RunAsync("up", "--detach");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"pelago: the clusters in {home.Root} belong to user 65534, and this is user 0: run pelago as that user, or choose another home with --home DIR or PELAGO_HOME=DIR\n", result.Error);
    }

    /// <summary>Starts <c>up</c> in the foreground; returns once it has said what it says last before it only waits.</summary>
    private static async Task<Process> HoldAsync(LocalHome home, params string[] program)
    {
        var start = new ProcessStartInfo(program[0], [.. program[1..], "up", "--port", "0", "--runtime", "process", "--home", home.Root])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        Process up = Process.Start(start)!;
        string? line;
        while ((line = await up.StandardError.ReadLineAsync(Cancel)) is not null && !line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            continue;
        return up;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);

    /// <summary>What the page does with a link.</summary>
    private static async Task<int> LoginAsync(string link)
    {
        var address = new Uri(link);
        using var http = new HttpClient();
        using var body = new StringContent(new JsonObject { ["code"] = address.Fragment["#login=".Length..] }.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"http://127.0.0.1:{address.Port}/api/login"), body, Cancel);
        return (int)answer.StatusCode;
    }
}
