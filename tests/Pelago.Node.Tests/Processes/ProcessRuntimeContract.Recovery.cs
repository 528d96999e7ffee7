// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

public abstract partial class ProcessRuntimeContract
{
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

        // It may be under way so soon that nobody looks at the token any more.
        Exception? ended = await Record.ExceptionAsync(() => Runtime.StartContainerAsync(id, gone.Token));
        await RestartAsync();

        Assert.True(ended is null or OperationCanceledException, $"{ended}");
        Assert.Equal(ContainerState.Running, (await StatusAsync(id)).State);
        await Eventually.TrueAsync(() => Log(spec) == "run\n", Cancel);
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
