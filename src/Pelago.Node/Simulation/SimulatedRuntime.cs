// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Simulation;

/// <summary>Says what one attempt at a container of a pod is going to do.</summary>
internal delegate Fate FateSource(PodSandboxSpec pod, ContainerSpec container);

/// <summary>
/// A runtime without any process: containers are states that change with time. Nothing is on disk and nothing survives; the node that owns it brings
/// back what the API server remembers (<see cref="Restore"/>). Thread-safe: one lock, never held while waiting.
/// </summary>
internal sealed class SimulatedRuntime(Cidr4 network, FateSource fates, TimeProvider time) : IPodRuntime
{
    public const string RuntimeName = "simulated";

    /// <summary>What an exec of this command answers is whether the container is ready; its argument says what for.</summary>
    public const string ProbeCommand = "simulated-probe";
    private const int Terminated = 143;
    private const int Killed = 137;
    // The network's own address, and the node's.
    private const int Reserved = 2;
    private readonly AddressPool _addresses = new(network, Reserved);
    private readonly Lock _gate = new();
    private readonly PodTable<PodSandboxStatus> _sandboxes = new(sandbox => sandbox.Id, sandbox => sandbox.Spec.Uid);
    private readonly PodTable<SimulatedContainer> _containers = new(container => container.Id, container => container.Status.PodUid);

    public string Name => RuntimeName;

    public RuntimeFeatures Features { get; } = new();

    public Action<ContainerEvent>? Changed { get; set; }

    public Task RecoverAsync(CancellationToken cancel) => Task.CompletedTask;

    public static string SandboxId(string podUid, int attempt) => Hash($"{podUid}/{attempt}");

    public static string ContainerId(string podUid, string name, int attempt) => Hash($"{podUid}/{name}/{attempt}");

    /// <summary>Puts back a sandbox and containers that an earlier daemon had; what would have ended meanwhile ends now.</summary>
    public void Restore(PodSandboxStatus sandbox, IReadOnlyList<(ContainerStatus Status, Fate Fate)> containers)
    {
        lock (_gate)
        {
            if (_sandboxes.Find(sandbox.Id) is not null)
                return;
            // A pod that was started before this one came back may have its address by now: this one starts anew, with another.
            if (IPAddress.TryParse(sandbox.Address, out IPAddress? address) && !_addresses.TryAllocate(address))
                return;
            _sandboxes.Set(sandbox);
            foreach ((ContainerStatus status, Fate fate) in containers)
            {
                var container = new SimulatedContainer(status, fate);
                _containers.Set(container);
                if (status.State == ContainerState.Running)
                    Wind(container);
            }
        }
    }

    public Task<string> RunPodSandboxAsync(PodSandboxSpec spec, CancellationToken cancel)
    {
        string id = SandboxId(spec.Uid, spec.Attempt);
        lock (_gate)
        {
            if (_sandboxes.Find(id) is null)
            {
                string address = spec.HostNetwork ? "" : TakeAddress();
                _sandboxes.Set(new PodSandboxStatus { Id = id, Spec = spec, State = SandboxState.Ready, CreatedAt = time.GetUtcNow(), Address = address });
            }
        }
        return Task.FromResult(id);
    }

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_sandboxes.TryFind(sandboxId, out PodSandboxStatus? sandbox))
                return Task.CompletedTask;
            foreach (SimulatedContainer container in Of(sandbox))
                container.Exit(Killed, time.GetUtcNow());
            if (sandbox.State == SandboxState.Ready)
            {
                if (IPAddress.TryParse(sandbox.Address, out IPAddress? address))
                    _addresses.Release(address);
                _sandboxes.Set(sandbox with { State = SandboxState.NotReady, Address = "" });
            }
        }
        return Task.CompletedTask;
    }

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        await StopPodSandboxAsync(sandboxId, cancel);
        lock (_gate)
        {
            if (_sandboxes.Find(sandboxId) is not { } sandbox)
                return;
            foreach (SimulatedContainer container in Of(sandbox))
                Remove(container);
            _sandboxes.Remove(sandboxId);
        }
    }

    public Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel)
    {
        lock (_gate)
            return Task.FromResult(_sandboxes.Find(sandboxId));
    }

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken cancel)
    {
        lock (_gate)
            return Task.FromResult(_sandboxes.Of(podUid));
    }

    public Task<string> CreateContainerAsync(string sandboxId, ContainerSpec spec, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_sandboxes.TryFind(sandboxId, out PodSandboxStatus? sandbox))
                throw RuntimeException.NoSandbox(sandboxId);
            if (sandbox.State != SandboxState.Ready)
                throw new RuntimeException("SandboxError", $"pod sandbox {sandboxId} has been stopped");
            string id = ContainerId(sandbox.Spec.Uid, spec.Name, spec.Attempt);
            if (_containers.Find(id) is null)
            {
                // Of the spec only what a status shows is kept: ten thousand environments would be most of the memory.
                var status = new ContainerStatus
                {
                    Id = id, SandboxId = sandboxId, PodUid = sandbox.Spec.Uid, Name = spec.Name, Attempt = spec.Attempt, State = ContainerState.Created,
                    CreatedAt = time.GetUtcNow(), Image = spec.Image, LogPath = spec.LogPath, Labels = spec.Labels,
                };
                _containers.Set(new SimulatedContainer(status, fates(sandbox.Spec, spec)));
            }
            return Task.FromResult(id);
        }
    }

    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        TimeSpan delay;
        lock (_gate)
            delay = Startable(containerId) is { } fate ? fate.StartsAfter : TimeSpan.Zero;
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, time, cancel);
        lock (_gate)
        {
            if (Startable(containerId) is null)
                return;
            SimulatedContainer container = _containers.Find(containerId)!;
            if (_sandboxes.Find(container.Status.SandboxId) is not { State: SandboxState.Ready })
                throw new RuntimeException("StartError", $"the sandbox of container {containerId} has been stopped");
            container.Run(time.GetUtcNow());
            Wind(container);
        }
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        SimulatedContainer? container;
        lock (_gate)
        {
            if (!_containers.TryFind(containerId, out container) || container.Status.State != ContainerState.Running)
                return;
        }
        bool listens = container.Fate.StopsAfter <= grace;
        TimeSpan takes = listens ? container.Fate.StopsAfter : grace;
        if (takes > TimeSpan.Zero)
            await Task.WhenAny(Task.Delay(takes, time, cancel), container.Ended);
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
            container.Exit(listens ? Terminated : Killed, time.GetUtcNow());
    }

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_containers.TryFind(containerId, out SimulatedContainer? container))
                Remove(container);
        }
        return Task.CompletedTask;
    }

    public Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel)
    {
        lock (_gate)
            return Task.FromResult(_containers.Find(containerId)?.Status);
    }

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken cancel)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _containers.Of(podUid).Select(item => item.Status)]);
    }

    /// <summary>Nothing is run: a probe is answered by the container's stages, any other command by a line that says so.</summary>
    public Task<IProcessSession> ExecAsync(string containerId, ExecSpec spec, CancellationToken cancel)
    {
        SimulatedContainer container = Running(containerId);
        bool probes = spec.Command is [ProbeCommand, ..];
        bool ready = container.IsReady(time.GetUtcNow());
        string output = !probes ? $"container {container.Status.Name} is simulated: {string.Join(' ', spec.Command)} was not run\n" : ready ? "" : "the container is not ready yet";
        return Task.FromResult<IProcessSession>(new SimulatedSession(spec, output, Task.FromResult(probes && !ready ? 1 : 0)));
    }

    /// <summary>A simulated container never says anything: its streams are empty.</summary>
    public Task<IProcessSession> AttachAsync(string containerId, AttachSpec spec, CancellationToken cancel)
    {
        SimulatedContainer container = Running(containerId);
        var streams = new ExecSpec { Command = [], Stdin = spec.Stdin, Stdout = spec.Stdout, Stderr = spec.Stderr };
        return Task.FromResult<IProcessSession>(new SimulatedSession(streams, "", CodeAsync(container)));
    }

    public Task<Stream> ConnectAsync(string sandboxId, int port, CancellationToken cancel) =>
        throw new RuntimeException("NotRunning", $"the pod is simulated: nothing listens on its port {port}");

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_containers.TryFind(containerId, out SimulatedContainer? container) || container.Status is not { State: ContainerState.Running, StartedAt: { } started })
                return Task.FromResult<ContainerStats?>(null);
            DateTimeOffset now = time.GetUtcNow();
            ulong memory = (ulong)container.Fate.MemoryMiB * 1024 * 1024;
            return Task.FromResult<ContainerStats?>(new ContainerStats
            {
                Time = now, CpuNanoseconds = (ulong)Math.Max(0, (now - started).TotalNanoseconds * container.Fate.CpuMilli / 1000),
                MemoryWorkingSet = memory, MemoryResident = memory,
            });
        }
    }

    public Task<ContainerFiles?> FilesAsync(string containerId, CancellationToken cancel) => Task.FromResult<ContainerFiles?>(null);

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (SimulatedContainer container in _containers.Of(podUid: null))
                container.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private string TakeAddress() => _addresses.TryAllocate(out IPAddress? address)
        ? address.ToString()
        : throw new RuntimeException("SandboxError", $"every address of {network} is taken");

    private IEnumerable<SimulatedContainer> Of(PodSandboxStatus sandbox) => _containers.Of(sandbox.Spec.Uid).Where(container => container.Status.SandboxId == sandbox.Id);

    private void Remove(SimulatedContainer container)
    {
        container.Exit(Killed, time.GetUtcNow());
        container.Dispose();
        _containers.Remove(container.Id);
    }

    /// <summary>Null when it runs already.</summary>
    private Fate? Startable(string containerId)
    {
        if (!_containers.TryFind(containerId, out SimulatedContainer? container))
            throw RuntimeException.NoContainer(containerId);
        return container.Status.State switch
        {
            ContainerState.Created => container.Fate,
            ContainerState.Running => null,
            _ => throw new RuntimeException("StartError", $"container {containerId} has run already"),
        };
    }

    private SimulatedContainer Running(string containerId)
    {
        lock (_gate)
        {
            if (!_containers.TryFind(containerId, out SimulatedContainer? container))
                throw RuntimeException.NoContainer(containerId);
            return container.Status.State == ContainerState.Running ? container : throw new RuntimeException("NotRunning", $"container {containerId} is not running");
        }
    }

    private void Wind(SimulatedContainer container)
    {
        if (container.Fate.EndsAfter is not { } life)
            return;
        TimeSpan left = container.Status.StartedAt!.Value + life - time.GetUtcNow();
        container.Clock = time.CreateTimer(_ => End(container), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void End(SimulatedContainer container)
    {
        bool ended;
        lock (_gate)
            ended = container.Exit(container.Fate.ExitCode, time.GetUtcNow());
        if (ended)
            Changed?.Invoke(new ContainerEvent(container.Status.PodUid, container.Id));
    }

    private async Task<int> CodeAsync(SimulatedContainer container)
    {
        await container.Ended;
        lock (_gate)
            return container.Status.ExitCode;
    }
}
