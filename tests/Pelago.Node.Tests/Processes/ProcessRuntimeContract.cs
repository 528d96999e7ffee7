// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;
using Pelago.Node.Logs;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

/// <summary>The contract with real processes, and what only real processes can show. Run with the host's namespaces and with own ones.</summary>
public abstract class ProcessRuntimeContract : RuntimeContract
{
    private static int _instances;
    private readonly int _instance = Interlocked.Increment(ref _instances);

    protected abstract bool Namespaces { get; }

    protected string BridgeName => $"plt{Environment.ProcessId % 100000}x{_instance}";

    internal LogRotation Rotation { get; set; } = new();

    protected override IPodRuntime Create() => new ProcessRuntime(
        new ProcessRuntimeOptions
        {
            PodsDirectory = Home["pods"], Namespaces = Namespaces, ControlGroups = Namespaces, BridgeName = BridgeName,
            PodNetwork = PodNetwork, ClusterNetwork = PodNetwork, MaskedPaths = [Home.Path], LogRotation = Rotation, FirstPort = Ports.First, LastPort = Ports.Last,
        },
        new LogSignals(TimeProvider.System), TimeProvider.System, NullLogger.Instance);

    /// <summary>Of the pod network, from the next restart on; 30 leaves one address for pods.</summary>
    protected int PrefixLength { get; set; } = 24;

    /// <summary>The ports that are assigned, from the next restart on.</summary>
    protected (int First, int Last) Ports { get; set; } = (20000, 29999);

    private Cidr4 PodNetwork => Cidr4.Parse($"{(Namespaces ? 10 : 127)}.233.{_instance % 256}.0/{PrefixLength}");

    protected override ContainerSpec LongRunning(string name) => Shell(name, "exec sleep 1000");

    protected override ContainerSpec Exiting(string name, int code) => Shell(name, $"exit {code}");

    protected ContainerSpec Shell(string name, string script) => new()
    {
        Name = name, Command = ["/bin/sh", "-c", script], LogPath = Home[$"logs/{name}/0.log"],
    };

    protected string Log(ContainerSpec spec) => File.Exists(spec.LogPath) ? LogText.Of(spec.LogPath) : "";

    [Fact]
    public async Task Output_is_in_the_log_when_the_exit_is_told()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo one; echo two >&2; printf three");

        string id = await RunAsync(sandbox, spec);
        await ExitedAsync(id);

        Assert.Equal(["stderr F two", "stdout F one", "stdout P three"], File.ReadAllLines(spec.LogPath).Select(line => line[31..]).Order());
    }

    [Fact]
    public async Task A_command_gets_arguments_environment_and_working_directory_as_given()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo \"$0|$1|$PLAIN|$(tr '\\0' '\\n' </proc/$$/environ | grep '^odd.name=')|$(pwd)|$_pelago_s\"") with
        {
            Environment = [new("PLAIN", "a 'quoted' $value\nsecond line"), new("odd.name", "kept"), new("d", "x")],
        };
        spec = spec with { Command = [.. spec.Command, "zero", "it's; rm -rf $HOME"] };

        await ExitedAsync(await RunAsync(sandbox, spec));

        string directory = Namespaces ? "/mnt/pelago/sandbox" : Home["pods/uid-a/containers/main/0/sandbox"];
        Assert.Equal($"zero|it's; rm -rf $HOME|a 'quoted' $value\nsecond line|odd.name=kept|{directory}|\n", Log(spec));
    }

    [Fact]
    public async Task A_signal_that_ends_the_process_is_128_and_the_signal()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        ContainerStatus status = await ExitedAsync(await RunAsync(sandbox, Shell("main", "kill -SEGV $$")));

        Assert.Equal(139, status.ExitCode);
    }

    [Fact]
    public async Task Signals_have_their_default_action_in_a_container()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "grep -E 'Sig(Ign|Blk)' /proc/self/status");
        // glibc has its children ignore signals 32 and 33, which it uses between threads.
        const string Internal = "180000000";

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", Log(spec).Replace(Internal, "000000000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_is_first_a_request()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("ready", StringComparison.Ordinal), Cancel);

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(20), Cancel);

        Assert.Equal(3, (await StatusAsync(id)).ExitCode);
        Assert.EndsWith("bye\n", Log(spec), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_kills_what_does_not_listen_and_all_that_it_started()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string mark = $"86{Environment.ProcessId}.{_instance}";
        ContainerSpec spec = Shell("main", $"trap '' TERM; (setsid sleep {mark} &) ; sleep {mark} & echo ready; while :; do sleep 0.05; done");
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("ready", StringComparison.Ordinal) && RunningProcesses.Count(mark) == 2, Cancel);

        await Runtime.StopContainerAsync(id, TimeSpan.FromMilliseconds(200), Cancel);

        Assert.Equal(137, (await StatusAsync(id)).ExitCode);
        await Eventually.TrueAsync(() => RunningProcesses.Count(mark) == 0, Cancel);
    }

    [Theory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such/program", "exec: \"/no/such/program\": no such file or directory, or not executable")]
    public async Task A_command_that_does_not_exist_is_a_start_error(string command, string message)
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await Runtime.CreateContainerAsync(sandbox, Shell("main", "") with { Command = [command] }, Cancel);

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.StartContainerAsync(id, Cancel));

        ContainerStatus status = await StatusAsync(id);
        Assert.Equal(message, refused.Message);
        Assert.Equal((128, "StartError", message), (status.ExitCode, status.Reason, status.Message));
    }

    [Fact]
    public async Task A_restart_of_the_daemon_restarts_nothing_and_loses_nothing()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo before; while [ ! -e go ]; do sleep 0.02; done; echo after; exit 9");
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec) == "before\n", Cancel);
        DateTimeOffset? started = (await StatusAsync(id)).StartedAt;

        await RestartAsync();
        ContainerStatus adopted = await StatusAsync(id);
        Assert.Equal(ContainerState.Running, adopted.State);
        Assert.InRange((adopted.StartedAt - started)!.Value.Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(SandboxState.Ready, (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.State);
        File.WriteAllText(Path.Combine((await Runtime.FilesAsync(id, Cancel))!.Path, "go"), "");

        Assert.Equal(9, (await ExitedAsync(id)).ExitCode);
        Assert.Equal("before\nafter\n", Log(spec));
    }

    [Fact]
    public async Task A_container_whose_daemon_ended_while_it_started_runs_once()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo run; exec sleep 1000");
        string id = await Runtime.CreateContainerAsync(sandbox, spec, Cancel);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runtime.StartContainerAsync(id, gone.Token));
        await RestartAsync();

        Assert.Equal(ContainerState.Running, (await StatusAsync(id)).State);
        await Eventually.TrueAsync(() => Log(spec) == "run\n", Cancel);
    }

    [Fact]
    public async Task A_container_that_is_removed_while_it_starts_leaves_no_process()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string mark = $"88{Environment.ProcessId}.{_instance}";
        string id = await Runtime.CreateContainerAsync(sandbox, Shell("main", $"exec sleep {mark}"), Cancel);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runtime.StartContainerAsync(id, gone.Token));
        await Runtime.RemoveContainerAsync(id, Cancel);

        Assert.Equal(0, RunningProcesses.Count(mark));
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(id), Cancel);
    }

    [Fact]
    public async Task A_sandbox_whose_daemon_ended_before_it_was_whole_is_not_used()
    {
        string half = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string address = (await Runtime.PodSandboxStatusAsync(half, Cancel))!.Address;
        string record = Home["pods/uid-a/sandbox-0/sandbox.json"];
        await Runtime.DisposeAsync();
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"Starting\":false", "\"Starting\":true", StringComparison.Ordinal));

        await RestartAsync();

        PodSandboxStatus found = (await Runtime.PodSandboxStatusAsync(half, Cancel))!;
        Assert.Equal((SandboxState.NotReady, ""), (found.State, found.Address));
        string next = await Runtime.RunPodSandboxAsync(Sandbox("a") with { Attempt = 1 }, Cancel);
        Assert.Equal(address, (await Runtime.PodSandboxStatusAsync(next, Cancel))!.Address);
    }

    [Fact]
    public async Task What_happens_while_no_daemon_runs_is_known_afterwards()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "while [ ! -e go ]; do sleep 0.02; done; echo unseen; exit 5");
        string id = await RunAsync(sandbox, spec);
        string files = (await Runtime.FilesAsync(id, Cancel))!.Path;
        await Runtime.DisposeAsync();

        File.WriteAllText(Path.Combine(files, "go"), "");
        string exit = Path.Combine(Path.GetDirectoryName(files)!, "exit");
        await Eventually.TrueAsync(() => File.ReadAllText(exit) == "5\n", Cancel);
        await RestartAsync();

        Assert.Equal((ContainerState.Exited, 5), ((await StatusAsync(id)).State, (await StatusAsync(id)).ExitCode));
        Assert.Equal("unseen\n", Log(spec));
    }

    [Fact]
    public async Task Nothing_of_a_removed_pod_stays_behind()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await Runtime.RemovePodSandboxAsync(sandbox, Cancel);

        await Eventually.TrueAsync(() => !RunningProcesses.Mention(id) && !RunningProcesses.Mention(Home.Path), Cancel);
        Assert.Empty(Directory.EnumerateFiles(Home["pods"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_exec_runs_in_the_container_and_gives_its_code()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main") with { Environment = [new("COLOUR", "teal"), new("odd.name", "x")] });

        await using IProcessSession session = await Runtime.ExecAsync(
            id, new ExecSpec { Command = ["sh", "-c", "cat; echo \"$COLOUR $(tr '\\0' '\\n' </proc/$$/environ | grep -c '^odd.name=')\"; echo err >&2; exit 6"], Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("input\n"u8.ToArray(), Cancel);
        await session.Stdin.DisposeAsync();
        string output = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);
        string errors = await new StreamReader(session.Stderr!).ReadToEndAsync(Cancel);

        Assert.Equal("input\nteal 1\n", output);
        Assert.Equal("err\n", errors);
        Assert.Equal(6, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_exec_of_what_does_not_exist_is_127()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["no-such-program"] }, Cancel);

        Assert.NotEqual("", await new StreamReader(session.Stderr!).ReadToEndAsync(Cancel));
        Assert.Equal(127, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_exec_that_is_let_go_is_killed()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));
        string mark = $"87{Environment.ProcessId}.{_instance}";

        IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sh", "-c", $"sleep {mark} & wait"] }, Cancel);
        await Eventually.TrueAsync(() => RunningProcesses.Count(mark) == 1, Cancel);
        await session.DisposeAsync();

        await Eventually.TrueAsync(() => RunningProcesses.Count(mark) == 0, Cancel);
        Assert.Equal(ContainerState.Running, (await StatusAsync(id)).State);
    }

    [Fact]
    public async Task An_exec_with_a_terminal_has_one_of_the_given_size()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await using IProcessSession session = await Runtime.ExecAsync(
            id, new ExecSpec { Command = ["sh", "-c", "read line; test -t 1 && stty size && exit 4"], Stdin = true, Terminal = true }, Cancel);
        session.Resize(100, 30);
        await session.Stdin!.WriteAsync("go\n"u8.ToArray(), Cancel);
        string output = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);

        Assert.Equal("go\r\n30 100\r\n", output);
        Assert.Equal(4, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_attached_client_feeds_stdin_and_sees_what_comes_out()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat; echo end") with { Stdin = true, StdinOnce = true };
        string id = await RunAsync(sandbox, spec);

        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("over\n"u8.ToArray(), Cancel);
        await session.Stdin.DisposeAsync();

        Assert.Equal("over\nend\n", await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel));
        Assert.Equal(0, await session.WaitAsync(Cancel));
        Assert.Equal("over\nend\n", Log(spec));
    }

    [Fact]
    public Task One_who_attaches_at_the_beginning_sees_what_was_printed_before_and_what_comes() =>
        EarlyAttachment.SeesEverythingAsync(Runtime, Sandbox("a"), script => Shell("main", script), Log, Cancel);

    [Fact]
    public async Task Stdin_without_stdinOnce_stays_open_when_a_client_leaves()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "read a; echo \"1 $a\"; read b; echo \"2 $b\"") with { Stdin = true };
        string id = await RunAsync(sandbox, spec);

        await using (IProcessSession first = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel))
            await first.Stdin!.WriteAsync("x\n"u8.ToArray(), Cancel);
        await Eventually.TrueAsync(() => Log(spec) == "1 x\n", Cancel);
        await using (IProcessSession second = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel))
            await second.Stdin!.WriteAsync("y\n"u8.ToArray(), Cancel);

        await ExitedAsync(id);
        Assert.Equal("1 x\n2 y\n", Log(spec));
    }

    [Fact]
    public async Task A_terminal_container_survives_a_restart_of_the_daemon_with_its_terminal()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "stty -echo; echo ready; read line; echo \"got $line\"; exit 2") with { Stdin = true, Terminal = true };
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("ready", StringComparison.Ordinal), Cancel);

        await RestartAsync();
        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("hello\n"u8.ToArray(), Cancel);

        Assert.Equal(2, (await ExitedAsync(id)).ExitCode);
        Assert.Contains("got hello", Log(spec), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_count_processor_time_and_memory()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, Shell("main", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; sleep 1000"));

        ContainerStats? stats = await Eventually.GetAsync(
            () => Runtime.ContainerStatsAsync(id, Cancel), value => value is { CpuNanoseconds: > 0, MemoryWorkingSet: > 0 }, Cancel);

        Assert.InRange(stats!.MemoryWorkingSet, 10_000UL, 100_000_000UL);
    }

    [Fact]
    public async Task A_supervisor_that_is_killed_costs_the_exit_code_and_nothing_else()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));
        string script = Path.Combine(Path.GetDirectoryName((await Runtime.FilesAsync(id, Cancel))!.Path)!, "init.sh");

        RunningProcesses.Kill(script);
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(script), Cancel);
        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(5), Cancel);

        ContainerStatus status = await ExitedAsync(id);
        Assert.Equal((137, "Unknown"), (status.ExitCode, status.Reason));
    }
}
