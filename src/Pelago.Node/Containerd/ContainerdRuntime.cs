// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pelago.Node.Containerd.Images;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Tasks;
using Pelago.Node.Containerd.Streams;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Files;
using Pelago.Node.Native;
using Pelago.Node.Networking;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;
using ContainerState = Pelago.Node.Runtimes.ContainerState;
using ContainerStats = Pelago.Node.Runtimes.ContainerStats;
using ContainerStatus = Pelago.Node.Runtimes.ContainerStatus;
using PodSandboxStatus = Pelago.Node.Runtimes.PodSandboxStatus;

namespace Pelago.Node.Containerd;

/// <summary>Runs containers from images, in a containerd of this node's own, by the Container Runtime Interface.</summary>
internal sealed class ContainerdRuntime : IPodRuntime
{
    private const int DefaultSignal = 15;
    private readonly ContainerdOptions _options;
    private readonly TimeProvider _time;
    private readonly EventLoop _loop;
    private readonly ContainerdClient _client;
    private readonly ContainerdTools _tools;
    private readonly PodBridge _bridge;
    private readonly ContainerdDaemon _daemon;
    private readonly ContainerdImages _images;
    private readonly ContainerLedger _ledger = new();
    private readonly HeldMounts _held;
    private readonly ContainerWatch _watch;
    private readonly RunningContainers _running;
    private readonly ControlGroups? _groups = ControlGroups.Find(File.ReadLines("/proc/self/mountinfo"));
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public ContainerdRuntime(ContainerdOptions options, ContainerdTools tools, TimeProvider time, ILogger log)
    {
        _options = options;
        _tools = tools;
        Features = new RuntimeFeatures { Images = true, Processes = true, Identities = true, ForeignLogs = true, Sysctls = true, NoHostPorts = tools.ForwardsPorts ? null : "the node has no iptables, or no portmap plugin" };
        _held = new HeldMounts(options.HeldDirectory);
        _bridge = new PodBridge(options.BridgeName, options.PodNetwork, options.ClusterNetwork);
        _time = time;
        _loop = new EventLoop("pelago-containerd", log);
        _client = new ContainerdClient(options.Socket);
        _daemon = new ContainerdDaemon(options, tools, _client, _loop, time, log);
        var images = new ImageStoreOptions { Directory = options.Directory, Limits = options.ArchiveLimits, Pinned = ContainerdConfig.PauseImage };
        _images = new ContainerdImages(images, _client, time, log);
        _running = new RunningContainers(_client, _loop, _ledger, _daemon, options, time);
        _watch = new ContainerWatch(_client, _ledger, options, change => Changed?.Invoke(change), time, log);
    }

    public Action<ContainerEvent>? Changed { get; set; }

    public string Name => "containerd";

    public string Version => _daemon.Version;

    public RuntimeFeatures Features { get; }

    public IImageStore Images => _images;

    public string? Fault => _watch.IsWell ? null : $"container runtime is down: containerd does not answer at {_options.Socket}, and {_options.LogFile} may say why";

    public async Task RecoverAsync(CancellationToken cancel)
    {
        await _daemon.StartAsync(cancel);
        await _images.RecoverAsync(cancel);
        await _images.EnsurePauseAsync(cancel);
        await _watch.ListAsync(cancel);
        _held.LetGoOfAll();
        await TaskExec.EndAllAsync(_client, _options.StreamsDirectory, cancel);
        _watching = _watch.RunAsync(_stop.Token);
    }

    public async Task<string> RunPodSandboxAsync(PodSandboxSpec spec, CancellationToken cancel)
    {
        if (_ledger.Sandboxes.FirstOrDefault(item => item.Spec.Uid == spec.Uid && item.Spec.Attempt == spec.Attempt) is { } known)
            return known.Id;
        bool isMade = false;
        try
        {
            if (!spec.HostNetwork)
                EnsureBridge();
            _groups?.LimitPod(spec.Uid, _options.PodProcessLimit, spec.CpuShares);
            PodSandboxConfig config = SandboxConfigs.Of(spec, _options.PodsDirectory, GroupOf(spec));
            RunPodSandboxResponse made = await _client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config }, cancellationToken: cancel);
            isMade = true;
            PodSandboxStatus status = await _watch.ReadSandboxAsync(made.PodSandboxId, cancel) ?? throw RuntimeException.NoSandbox(made.PodSandboxId);
            WriteHosts(status);
            return made.PodSandboxId;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("SandboxError", fault.Status.Detail, fault);
        }
        catch (IOException fault)
        {
            throw new RuntimeException("SandboxError", $"the sandbox of pod {spec.Namespace}/{spec.Name} could not be made: {fault.Message}", fault);
        }
        finally
        {
            // A pod that never gets a sandbox has nothing by which its groups would be removed.
            if (!isMade)
                _groups?.RemovePod(spec.Uid);
        }
    }

    public async Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        if (_ledger.Sandbox(sandboxId) is not { } sandbox)
            return;
        await DoAsync(() => _client.Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = sandboxId }, cancellationToken: cancel).ResponseAsync, cancel);
        await _watch.ReadSandboxAsync(sandboxId, cancel);
        foreach (ContainerStatus container in _ledger.ContainersOf(sandboxId).ToList())
            await _watch.ReadContainerAsync(container.Id, sandboxId, cancel);
        // A daemon that ends for good removes no sandbox: nothing runs in the groups any more, and they must not stay on the machine.
        _groups?.RemovePod(sandbox.Spec.Uid);
    }

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        await StopPodSandboxAsync(sandboxId, cancel);
        if (_ledger.Sandbox(sandboxId) is not { } sandbox)
            return;
        await DoAsync(() => _client.Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = sandboxId }, cancellationToken: cancel).ResponseAsync, cancel);
        foreach (ContainerStatus container in _ledger.ContainersOf(sandboxId))
            _held.LetGo(sandboxId, container.Name, container.Attempt);
        _ledger.ForgetSandbox(sandboxId);
        _groups?.RemovePod(sandbox.Spec.Uid);
        string directory = SandboxFiles(sandbox.Spec);
        DirectoryTree.Delete(directory);
    }

    public Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel) => Task.FromResult(_ledger.Sandbox(sandboxId));

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<PodSandboxStatus>>([.. _ledger.Sandboxes.Where(sandbox => podUid is null || sandbox.Spec.Uid == podUid)]);

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerSpec spec, CancellationToken cancel)
    {
        PodSandboxStatus sandbox = _ledger.Sandbox(sandboxId) ?? throw RuntimeException.NoSandbox(sandboxId);
        if (_ledger.ContainersOf(sandboxId).FirstOrDefault(item => item.Name == spec.Name && item.Attempt == spec.Attempt) is { } known)
            return known.Id;
        ImageStatus image = await _images.StatusAsync(spec.Image, cancel)
            ?? throw new RuntimeException("CreateContainerError", $"image \"{spec.Image}\" is not present on this node");
        Directory.CreateDirectory(Path.GetDirectoryName(spec.LogPath)!);
        bool isMade = false;
        try
        {
            ContainerConfig config = ContainerConfigs.Of(sandbox.Spec, _held.Hold(sandboxId, WithHosts(sandbox, spec)), image.Id, _options.PodsDirectory);
            CreateContainerResponse made = await _client.Runtime.CreateContainerAsync(
                new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = SandboxConfigs.Of(sandbox.Spec, _options.PodsDirectory, GroupOf(sandbox.Spec)) },
                cancellationToken: cancel);
            isMade = true;
            await _watch.ReadContainerAsync(made.ContainerId, sandboxId, cancel);
            return made.ContainerId;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("CreateContainerError", fault.Status.Detail, fault);
        }
        finally
        {
            if (!isMade)
                _held.LetGo(sandboxId, spec.Name, spec.Attempt);
        }
    }

    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        ContainerStatus container = _ledger.Container(containerId) ?? throw RuntimeException.NoContainer(containerId);
        if (container.State == ContainerState.Running)
            return;
        if (container.State == ContainerState.Exited)
            throw new RuntimeException("StartError", $"container {containerId} has run already");
        try
        {
            await _client.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = containerId }, cancellationToken: cancel);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("StartError", fault.Status.Detail, fault);
        }
        finally
        {
            _held.LetGo(container.SandboxId, container.Name, container.Attempt);
            await _watch.ReadContainerAsync(containerId, container.SandboxId, CancellationToken.None);
        }
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        if (_ledger.Container(containerId) is not { State: not ContainerState.Exited } container)
            return;
        if (grace > TimeSpan.Zero && await StopSignalAsync(containerId, cancel) is { } signal and not DefaultSignal)
            grace = await AskToEndAsync(containerId, signal, grace, cancel);
        var request = new StopContainerRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(grace.TotalSeconds) };
        await DoAsync(() => _client.Runtime.StopContainerAsync(request, cancellationToken: cancel).ResponseAsync, cancel);
        await _watch.ReadContainerAsync(containerId, container.SandboxId, cancel);
    }

    public async Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        if (_ledger.Container(containerId) is not { } container)
            return;
        await DoAsync(() => _client.Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = containerId }, cancellationToken: cancel).ResponseAsync, cancel);
        _ledger.ForgetContainer(containerId);
        _held.LetGo(container.SandboxId, container.Name, container.Attempt);
    }

    public Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel) => Task.FromResult(_ledger.Container(containerId));

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _ledger.Containers.Where(container => podUid is null || container.PodUid == podUid)]);

    public Task<IProcessSession> ExecAsync(string containerId, ExecSpec spec, CancellationToken cancel) => _running.ExecAsync(containerId, spec, cancel);

    public Task<IProcessSession> AttachAsync(string containerId, AttachSpec spec, CancellationToken cancel) => _running.AttachAsync(containerId, spec, cancel);

    public Task<Stream> ConnectAsync(string sandboxId, int port, CancellationToken cancel) => _running.ConnectAsync(sandboxId, port, cancel);

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken cancel) => _running.StatsAsync(containerId, cancel);

    public Task<ContainerFiles?> FilesAsync(string containerId, CancellationToken cancel) => _running.FilesAsync(containerId, cancel);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isIdle = _ledger.Sandboxes.All(sandbox => sandbox.State == SandboxState.NotReady)
            && _ledger.Containers.All(container => container.State != ContainerState.Running);
        if (isIdle)
        {
            await _daemon.EndAsync();
            _bridge.RemoveIfEmpty();
        }
        await _daemon.DisposeAsync();
        _client.Dispose();
        _loop.Dispose();
        _stop.Dispose();
    }

    private void EnsureBridge()
    {
        const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
        _bridge.Ensure(_options.PodNetwork.AddressAt(1));
        // To networks beyond this machine, and from ports of it to pods.
        if (_tools.IpTables is not null && File.ReadAllText(Forwarding).Trim() == "0")
            File.WriteAllText(Forwarding, "1");
    }

    private static async Task DoAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        try
        {
            await call();
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            // Ending what has ended does nothing.
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("RuntimeError", fault.Status.Detail, fault);
        }
    }

    private string GroupOf(PodSandboxSpec spec) => _groups is null ? "" : ControlGroups.PathOf(spec.Uid);

    private string SandboxFiles(PodSandboxSpec spec) =>
        Path.Combine(_options.PodsDirectory, spec.Uid, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sandbox-{spec.Attempt}"));

    private string HostsFileOf(PodSandboxStatus sandbox) => Path.Combine(SandboxFiles(sandbox.Spec), "hosts");

    private void WriteHosts(PodSandboxStatus sandbox)
    {
        if (sandbox.Spec.HostNetwork)
            return;
        Directory.CreateDirectory(SandboxFiles(sandbox.Spec));
        string file = HostsFileOf(sandbox);
        File.WriteAllText($"{file}.new", HostsFile.Text(sandbox.Spec, sandbox.Address));
        File.Move($"{file}.new", file, overwrite: true);
    }

    private ContainerSpec WithHosts(PodSandboxStatus sandbox, ContainerSpec spec)
    {
        const string Inside = "/etc/hosts";
        if (sandbox.Spec.HostNetwork || spec.Mounts.Any(mount => mount.ContainerPath == Inside))
            return spec;
        // The daemon that made the sandbox may have ended before it wrote it.
        string file = HostsFileOf(sandbox);
        if (!File.Exists(file))
            WriteHosts(sandbox);
        return spec with { Mounts = [.. spec.Mounts, new ContainerMount(file, Inside, ReadOnly: false)] };
    }

    private async Task<int?> StopSignalAsync(string containerId, CancellationToken cancel)
    {
        try
        {
            ContainerStatusResponse answer = await _client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = containerId }, cancellationToken: cancel);
            return ContainerConfigs.StopSignalOf(answer.Status);
        }
        catch (RpcException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>CRI sends only the image's own stop signal; another one is sent here. What is left of the grace period.</summary>
    private async Task<TimeSpan> AskToEndAsync(string containerId, int signal, TimeSpan grace, CancellationToken cancel)
    {
        await DoAsync(() => _client.Tasks.KillAsync(
            new KillRequest { ContainerId = containerId, Signal = (uint)signal }, ContainerdClient.InCriNamespace, cancellationToken: cancel).ResponseAsync, cancel);
        await ((Task)_ledger.ExitOf(containerId)).WaitAsync(grace, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return TimeSpan.Zero;
    }
}
