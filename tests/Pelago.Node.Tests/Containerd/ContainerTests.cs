// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;
using RemoveContainerRequest = Pelago.Node.Containerd.Protos.Cri.RemoveContainerRequest;

namespace Pelago.Node.Tests.Containerd;

/// <summary>What only containers on images show.</summary>
public sealed class ContainerTests : ContainerdScene
{
    [Fact]
    public async Task Output_is_in_the_log_when_the_exit_is_told()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo one; echo two >&2; printf three");

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal(["stderr F two", "stdout F one", "stdout P three"], File.ReadAllLines(spec.LogPath).Select(line => line[(line.IndexOf(' ') + 1)..]).Order());
    }

    [Fact]
    public async Task The_image_says_what_runs_where_the_spec_does_not()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec silent = Shell("silent", "") with { Command = [] };
        ContainerSpec other = Shell("other", "") with { Command = [], ImageArguments = ["/bin/sh", "-c", "echo $FROM_IMAGE $GIVEN; pwd"], Environment = [new("GIVEN", "a 'b' $c")], WorkingDirectory = "/tmp" };

        await ExitedAsync(await RunAsync(sandbox, silent));
        await ExitedAsync(await RunAsync(sandbox, other));

        Assert.Equal("from the image\n", Log(silent));
        Assert.Equal("yes a 'b' $c\n/tmp\n", Log(other));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_a_start_error()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await Runtime.CreateContainerAsync(sandbox, Shell("main", "") with { Command = ["no-such-program"] }, Cancel);

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.StartContainerAsync(id, Cancel));

        ContainerStatus status = await StatusAsync(id);
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", refused.Message, StringComparison.Ordinal);
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (status.State, status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task A_container_that_somebody_else_removes_has_exited()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));
        using var other = new ContainerdClient(Options.Socket);

        await other.Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = id }, cancellationToken: Cancel);

        Assert.Equal(137, (await ExitedAsync(id)).ExitCode);
    }

    [Fact]
    public async Task A_stop_is_first_a_request_with_the_signal_that_was_asked_for()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "trap 'echo bye; exit 3' USR1; trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done") with { StopSignal = 10 };
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("ready", StringComparison.Ordinal), Cancel);

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(20), Cancel);

        Assert.Equal(3, (await StatusAsync(id)).ExitCode);
        Assert.EndsWith("bye\n", Log(spec), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_has_a_file_system_of_its_own_with_volumes_at_their_paths()
    {
        Directory.CreateDirectory(Home["volume"]);
        File.WriteAllText(Home["volume/f"], "content\n");
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat /no/such/place/f; echo x >/no/such/place/g; (echo y >/fixed/h) 2>/dev/null || echo refused; echo mine >/file; echo done; exec sleep 1000") with
        {
            Mounts = [new ContainerMount(Home["volume"], "/no/such/place", false, "v"), new ContainerMount(Home["volume"], "/fixed", true, "v")],
        };

        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("done", StringComparison.Ordinal), Cancel);

        Assert.Equal("content\nrefused\ndone\n", Log(spec));
        Assert.Equal("x\n", File.ReadAllText(Home["volume/g"]));
        ContainerFiles files = (await Runtime.FilesAsync(id, Cancel))!;
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(files.Path, "file")));
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(files.Path, "no/such/place/g")));
    }

    [Fact]
    public async Task A_container_runs_as_whom_it_is_told_to_and_within_its_limits()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec who = Shell("who", "id -u; id -g; id -G; touch /file 2>/dev/null || echo read-only; grep NoNewPrivs /proc/self/status") with
        {
            Identity = new ContainerIdentity { User = 1234, Group = 2345, SupplementalGroups = [3456], NoNewPrivileges = true },
            ReadOnlyRoot = true,
        };
        ContainerSpec greedy = Shell("greedy", "exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'") with { Resources = new ContainerResources { MemoryLimit = 32 << 20 } };

        await ExitedAsync(await RunAsync(sandbox, who));
        ContainerStatus killed = await ExitedAsync(await RunAsync(sandbox, greedy));

        Assert.Equal("1234\n2345\n2345 3456\nread-only\nNoNewPrivs:\t1\n", Log(who));
        Assert.Equal((137, "OOMKilled"), (killed.ExitCode, killed.Reason));
    }

    [Fact]
    public async Task A_restart_of_the_daemon_restarts_nothing_and_loses_nothing()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo before; while [ ! -e /go ]; do sleep 0.02; done; echo after; exit 9");
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec) == "before\n", Cancel);
        ContainerStatus before = await StatusAsync(id);
        string address = (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.Address;

        await RestartAsync();

        ContainerStatus adopted = await StatusAsync(id);
        Assert.Equal((before.State, before.StartedAt, before.Name, before.PodUid), (adopted.State, adopted.StartedAt, adopted.Name, adopted.PodUid));
        PodSandboxStatus found = (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!;
        Assert.Equal((SandboxState.Ready, address, "pod-a"), (found.State, found.Address, found.Spec.Hostname));
        File.WriteAllText(Path.Combine((await Runtime.FilesAsync(id, Cancel))!.Path, "go"), "");
        Assert.Equal(9, (await ExitedAsync(id)).ExitCode);
        Assert.Equal("before\nafter\n", Log(spec));
    }

    [Fact]
    public async Task A_containerd_that_is_killed_comes_back_and_its_containers_never_stopped()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));
        DateTimeOffset? started = (await StatusAsync(id)).StartedAt;
        string record = File.ReadAllText(Options.ProcessFile);

        using (var containerd = System.Diagnostics.Process.GetProcessById(ProcessOf(record)))
            containerd.Kill();
        await Eventually.TrueAsync(() => File.ReadAllText(Options.ProcessFile) != record, Cancel);

        (int code, string output, _) = await Eventually.GetAsync(() => TryRunAsync(id, "echo", "here"), result => result.Code == 0, Cancel);
        Assert.Equal((0, "here\n"), (code, output));
        Assert.Equal((ContainerState.Running, started), ((await StatusAsync(id)).State, (await StatusAsync(id)).StartedAt));
    }

    [Fact]
    public async Task What_a_container_uses_is_measured()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, Shell("main", "while :; do :; done"));

        ContainerStats? stats = await Eventually.GetAsync(
            () => Runtime.ContainerStatsAsync(id, Cancel), value => value is { CpuNanoseconds: > 50_000_000, MemoryWorkingSet: > 0 }, Cancel);

        Assert.InRange(stats!.MemoryWorkingSet, 1000UL, 100UL << 20);
    }

    private static int ProcessOf(string record) => System.Text.Json.Nodes.JsonNode.Parse(record)!["Pid"]!.GetValue<int>();
}
