// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.Node.Runtimes;
using Pelago.Node.Simulation;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Simulation;

/// <summary>The contract without any process, and what only a simulation does.</summary>
public sealed class SimulatedRuntimeTests : RuntimeContract
{
    private static readonly Cidr4 Network = Cidr4.Parse("240.0.7.0/24");
    private readonly Dictionary<string, Fate> _fates = [];

    protected override IPodRuntime Create() => new SimulatedRuntime(Network, (_, container) => _fates[container.Name], TimeProvider.System);

    protected override ContainerSpec LongRunning(string name) => With(name, new Fate());

    protected override ContainerSpec Exiting(string name, int code) => With(name, new Fate { EndsAfter = TimeSpan.FromMilliseconds(20), ExitCode = code });

    [Fact]
    public async Task A_stop_that_is_not_heeded_within_its_grace_kills()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string heeds = await RunAsync(sandbox, With("heeds", new Fate { StopsAfter = TimeSpan.FromMilliseconds(5) }));
        string deaf = await RunAsync(sandbox, With("deaf", new Fate { StopsAfter = TimeSpan.FromHours(1) }));

        await Runtime.StopContainerAsync(heeds, TimeSpan.FromSeconds(20), Cancel);
        await Runtime.StopContainerAsync(deaf, TimeSpan.FromMilliseconds(5), Cancel);

        Assert.Equal((143, 137), ((await StatusAsync(heeds)).ExitCode, (await StatusAsync(deaf)).ExitCode));
    }

    [Fact]
    public async Task A_probe_succeeds_when_the_stages_say_that_the_container_is_ready()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string ready = await RunAsync(sandbox, With("ready", new Fate()));
        string unready = await RunAsync(sandbox, With("unready", new Fate { ReadyAfter = TimeSpan.FromHours(1) }));

        Assert.Equal(0, await ExecAsync(ready, SimulatedRuntime.ProbeCommand));
        Assert.Equal(1, await ExecAsync(unready, SimulatedRuntime.ProbeCommand));
    }

    [Fact]
    public async Task A_command_is_answered_by_a_line_that_says_it_was_not_run()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["ls", "-l"] }, Cancel);
        string output = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);

        Assert.Equal("container main is simulated: ls -l was not run\n", output);
        Assert.Equal(0, await session.WaitAsync(Cancel));
        Assert.False(Runtime.Features.Processes);
    }

    [Fact]
    public async Task An_attached_client_is_told_the_end()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, Exiting("main", 4));

        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec(), Cancel);

        Assert.Equal(4, await session.WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel));
    }

    [Fact]
    public async Task Nothing_listens_in_a_simulated_pod()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.ConnectAsync(sandbox, 80, Cancel));

        Assert.Contains("simulated", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_are_what_the_stages_say()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, With("main", new Fate { CpuMilli = 500, MemoryMiB = 7 }));

        ContainerStats? stats = await Eventually.GetAsync(() => Runtime.ContainerStatsAsync(id, Cancel), value => value is { CpuNanoseconds: > 0 }, Cancel);

        Assert.Equal(7UL * 1024 * 1024, stats!.MemoryWorkingSet);
    }

    [Fact]
    public async Task A_node_without_free_addresses_takes_no_pod_until_one_goes()
    {
        await using IPodRuntime small = new SimulatedRuntime(Cidr4.Parse("240.0.0.0/30"), (_, _) => new Fate(), TimeProvider.System);
        string only = await small.RunPodSandboxAsync(Sandbox("a"), Cancel);

        RuntimeException full = await Assert.ThrowsAsync<RuntimeException>(() => small.RunPodSandboxAsync(Sandbox("b"), Cancel));
        await small.StopPodSandboxAsync(only, Cancel);

        Assert.Equal("every address of 240.0.0.0/30 is taken", full.Message);
        Assert.NotEmpty(await small.RunPodSandboxAsync(Sandbox("b"), Cancel));
    }

    private ContainerSpec With(string name, Fate fate)
    {
        _fates[name] = fate;
        return new ContainerSpec { Name = name, Command = [], LogPath = "" };
    }

    private async Task<int> ExecAsync(string id, string command)
    {
        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = [command] }, Cancel);
        return await session.WaitAsync(Cancel);
    }
}
