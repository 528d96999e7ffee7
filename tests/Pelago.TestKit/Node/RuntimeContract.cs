// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.TestKit.Node;

/// <summary>What every pod runtime must do, whatever it runs pods on. A runtime's tests derive from it and say how to make one.</summary>
public abstract class RuntimeContract : IAsyncLifetime
{
    private IPodRuntime? _runtime;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected TemporaryDirectory Home { get; } = new();

    protected IPodRuntime Runtime => _runtime ?? throw new InvalidOperationException("the runtime is not made yet");

    /// <summary>A runtime over <see cref="Home"/>, as a daemon makes it at its start. Called again after <see cref="RestartAsync"/>.</summary>
    protected abstract IPodRuntime Create();

    /// <summary>A container that runs until it is stopped.</summary>
    protected abstract ContainerSpec LongRunning(string name);

    /// <summary>A container that soon exits by itself with this code.</summary>
    protected abstract ContainerSpec Exiting(string name, int code);

    public virtual async ValueTask InitializeAsync()
    {
        _runtime = Create();
        await _runtime.RecoverAsync(Cancel);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (PodSandboxStatus sandbox in await Runtime.ListPodSandboxesAsync(podUid: null, CancellationToken.None))
            await Runtime.RemovePodSandboxAsync(sandbox.Id, CancellationToken.None);
        await Runtime.DisposeAsync();
        Home.Dispose();
    }

    [Fact]
    public async Task A_sandbox_is_ready_until_it_is_stopped_and_gone_when_removed()
    {
        string id = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        PodSandboxStatus? running = await Runtime.PodSandboxStatusAsync(id, Cancel);
        Assert.Equal(SandboxState.Ready, running!.State);
        Assert.Equal("pod-a", running.Spec.Name);

        await Runtime.StopPodSandboxAsync(id, Cancel);
        PodSandboxStatus? stopped = await Runtime.PodSandboxStatusAsync(id, Cancel);
        Assert.Equal(SandboxState.NotReady, stopped!.State);

        await Runtime.RemovePodSandboxAsync(id, Cancel);
        Assert.Null(await Runtime.PodSandboxStatusAsync(id, Cancel));
    }

    [Fact]
    public async Task Making_the_same_sandbox_again_gives_the_same_one()
    {
        string first = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string second = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        Assert.Equal(first, second);
        Assert.Single(await Runtime.ListPodSandboxesAsync(podUid: null, Cancel));
    }

    [Fact]
    public async Task Sandboxes_that_are_ready_have_different_addresses()
    {
        string first = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string second = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);

        string one = (await Runtime.PodSandboxStatusAsync(first, Cancel))!.Address;
        string two = (await Runtime.PodSandboxStatusAsync(second, Cancel))!.Address;
        Assert.NotEmpty(one);
        Assert.NotEmpty(two);
        Assert.NotEqual(one, two);
    }

    [Fact]
    public async Task A_container_is_created_then_running_then_exited_then_gone()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        string id = await Runtime.CreateContainerAsync(sandbox, LongRunning("main"), Cancel);
        Assert.Equal(ContainerState.Created, (await StatusAsync(id)).State);

        await Runtime.StartContainerAsync(id, Cancel);
        ContainerStatus running = await StatusAsync(id);
        Assert.Equal(ContainerState.Running, running.State);
        Assert.NotNull(running.StartedAt);

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(5), Cancel);
        ContainerStatus exited = await StatusAsync(id);
        Assert.Equal(ContainerState.Exited, exited.State);
        Assert.NotNull(exited.FinishedAt);

        await Runtime.RemoveContainerAsync(id, Cancel);
        Assert.Null(await Runtime.ContainerStatusAsync(id, Cancel));
    }

    [Fact]
    public async Task Creating_the_same_attempt_again_gives_the_same_container()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);

        string first = await Runtime.CreateContainerAsync(sandbox, LongRunning("main"), Cancel);
        string second = await Runtime.CreateContainerAsync(sandbox, LongRunning("main"), Cancel);

        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(0, "Completed")]
    [InlineData(7, "Error")]
    public async Task An_exit_is_told_with_its_code(int code, string reason)
    {
        var told = Channel.CreateUnbounded<ContainerEvent>();
        Runtime.Changed = change => told.Writer.TryWrite(change);
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await Runtime.CreateContainerAsync(sandbox, Exiting("main", code), Cancel);

        await Runtime.StartContainerAsync(id, Cancel);
        ContainerEvent change;
        ContainerStatus status;
        do
        {
            // A runtime may have told of the start before.
            change = await told.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            status = await StatusAsync(id);
        }
        while (status.State != ContainerState.Exited);

        Assert.Equal(id, change.ContainerId);
        Assert.Equal("uid-a", change.PodUid);
        Assert.Equal((ContainerState.Exited, code, reason), (status.State, status.ExitCode, status.Reason));
        Assert.True(status.FinishedAt >= status.StartedAt);
    }

    [Fact]
    public async Task An_attempt_runs_once()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await Runtime.StartContainerAsync(id, Cancel);
        await Runtime.StopContainerAsync(id, TimeSpan.Zero, Cancel);

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.StartContainerAsync(id, Cancel));
        Assert.Equal("StartError", refused.Reason);
    }

    [Fact]
    public async Task Stopping_a_sandbox_ends_its_containers()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await Runtime.StopPodSandboxAsync(sandbox, Cancel);

        Assert.Equal(ContainerState.Exited, (await StatusAsync(id)).State);
    }

    [Fact]
    public async Task What_a_pod_has_is_listed_alone_and_removed_with_its_sandbox()
    {
        string first = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string second = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);
        string kept = await Runtime.CreateContainerAsync(first, LongRunning("main"), Cancel);
        await RunAsync(second, LongRunning("main"));

        Assert.Equal(2, (await Runtime.ListContainersAsync(podUid: null, Cancel)).Count);
        Assert.Equal(kept, Assert.Single(await Runtime.ListContainersAsync("uid-a", Cancel)).Id);
        Assert.Equal(second, Assert.Single(await Runtime.ListPodSandboxesAsync("uid-b", Cancel)).Id);
        Assert.Empty(await Runtime.ListContainersAsync("uid-of-nobody", Cancel));
        await Runtime.RemovePodSandboxAsync(second, Cancel);

        ContainerStatus left = Assert.Single(await Runtime.ListContainersAsync(podUid: null, Cancel));
        Assert.Equal(kept, left.Id);
    }

    [Fact]
    public async Task Ending_what_is_not_there_does_nothing()
    {
        await Runtime.StopContainerAsync("nothing", TimeSpan.Zero, Cancel);
        await Runtime.RemoveContainerAsync("nothing", Cancel);
        await Runtime.StopPodSandboxAsync("nothing", Cancel);
        await Runtime.RemovePodSandboxAsync("nothing", Cancel);

        Assert.Null(await Runtime.ContainerStatusAsync("nothing", Cancel));
        await Assert.ThrowsAsync<RuntimeException>(() => Runtime.StartContainerAsync("nothing", Cancel));
    }

    [Fact]
    public async Task Labels_and_image_are_kept()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = LongRunning("main") with { Image = "nginx:1.25", Labels = new Dictionary<string, string> { ["kind"] = "init" } };

        string id = await Runtime.CreateContainerAsync(sandbox, spec, Cancel);

        ContainerStatus status = await StatusAsync(id);
        Assert.Equal("nginx:1.25", status.Image);
        Assert.Equal("init", status.Labels["kind"]);
    }

    protected static PodSandboxSpec Sandbox(string name) => new() { Namespace = "default", Name = $"pod-{name}", Uid = $"uid-{name}", Hostname = $"pod-{name}" };

    protected async Task<ContainerStatus> StatusAsync(string id) =>
        await Runtime.ContainerStatusAsync(id, Cancel) ?? throw new InvalidOperationException($"container {id} is gone");

    protected async Task<string> RunAsync(string sandbox, ContainerSpec spec)
    {
        string id = await Runtime.CreateContainerAsync(sandbox, spec, Cancel);
        await Runtime.StartContainerAsync(id, Cancel);
        return id;
    }

    protected Task<ContainerStatus> ExitedAsync(string id) =>
        Eventually.GetAsync(() => StatusAsync(id), status => status.State == ContainerState.Exited, Cancel);

    /// <summary>The daemon ends (without ending anything else) and another one starts.</summary>
    protected async Task RestartAsync()
    {
        await Runtime.DisposeAsync();
        _runtime = Create();
        await _runtime.RecoverAsync(Cancel);
    }
}
