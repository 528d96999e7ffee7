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
public abstract partial class ProcessRuntimeContract : RuntimeContract
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
    public async Task Nothing_of_a_removed_pod_stays_behind()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await Runtime.RemovePodSandboxAsync(sandbox, Cancel);

        await Eventually.TrueAsync(() => !RunningProcesses.Mention(id) && !RunningProcesses.Mention(Home.Path), Cancel);
        Assert.Empty(Directory.EnumerateFiles(Home["pods"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Statistics_count_processor_time_and_memory()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        // The kernel counts by ticks of 10 ms, and may miss what is over in a few.
        string id = await RunAsync(sandbox, Shell("main", "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done; echo done; sleep 1000"));

        ContainerStats? stats = await Eventually.GetAsync(
            () => Runtime.ContainerStatsAsync(id, Cancel), value => value is { CpuNanoseconds: > 0, MemoryWorkingSet: > 0 }, Cancel);

        Assert.InRange(stats!.MemoryWorkingSet, 10_000UL, 100_000_000UL);
    }
}
