// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pelago.Node.Capabilities;
using Pelago.Node.Files;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Networking;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// Runs containers as processes from the host's own files. State is one directory per pod; what runs does so under supervisors of its own
/// (<see cref="SupervisorScript"/>), so this daemon may come and go.
/// </summary>
internal sealed partial class ProcessRuntime : IPodRuntime
{
    private readonly ProcessServices _services;
    private readonly PodTable<ProcessSandbox> _sandboxes = new(sandbox => sandbox.Record.Id, sandbox => sandbox.Record.Spec.Uid);
    private readonly PodTable<ProcessContainer> _containers = new(container => container.Record.Id, container => container.Record.PodUid);
    private readonly SandboxNetwork _network;
    private readonly PodListeners _listened;
    private int _disposed;

    public ProcessRuntime(ProcessRuntimeOptions options, LogSignals signals, TimeProvider time, ILogger log)
    {
        ControlGroups? groups = options.ControlGroups ? ControlGroups.Find(File.ReadLines("/proc/self/mountinfo")) : null;
        _services = new ProcessServices(options, new EventLoop("pelago-process", log), signals, HostTools.Find(), groups, time, log);
        _network = new SandboxNetwork(options);
        _listened = new PodListeners(time);
        Features = new RuntimeFeatures
        {
            Processes = true, Identities = LibC.EffectiveUser() == 0, NoHostPorts = options.Namespaces ? "pods that are processes have their ports at their own addresses" : null,
        };
    }

    public Action<ContainerEvent>? Changed { get; set; }

    public string Name => "process";

    public RuntimeFeatures Features { get; }

    private ProcessRuntimeOptions Options => _services.Options;

    public async Task RecoverAsync(CancellationToken cancel)
    {
        if (!Directory.Exists(Options.PodsDirectory))
            return;
        foreach (string pod in Directory.GetDirectories(Options.PodsDirectory))
        {
            foreach (string directory in Directory.GetDirectories(pod, "sandbox-*"))
                RecoverSandbox(directory);
            string containers = Path.Combine(pod, "containers");
            if (!Directory.Exists(containers))
                continue;
            foreach (string directory in Directory.GetDirectories(containers).SelectMany(Directory.GetDirectories))
                await RecoverContainerAsync(directory, cancel);
        }
    }

    public async Task<string> RunPodSandboxAsync(PodSandboxSpec spec, CancellationToken cancel)
    {
        string directory = Path.Combine(PodDirectory(spec.Uid), $"sandbox-{spec.Attempt}");
        ProcessSandbox? known = _sandboxes.Of(spec.Uid).FirstOrDefault(item => item.Directory == directory);
        if (known is not null)
            return known.Record.Id;
        DirectoryTree.Delete(directory);
        Directory.CreateDirectory(directory);
        bool ownNetwork = Options.Namespaces && !spec.HostNetwork;
        var record = new SandboxRecord(
            NewId(), spec, _services.Time.GetUtcNow(), StateFile.BootId, Options.Namespaces && !spec.OnHost, Address: "", AssignedPorts: [],
            Starting: true);
        try
        {
            if (!spec.HostNetwork)
                record = record with { Address = _network.TakeAddress().ToString() };
            if (!ownNetwork)
                _network.AssignPorts(spec, record.AssignedPorts);
            var sandbox = new ProcessSandbox(record, directory, _services);
            sandbox.Save(record);
            _sandboxes.Set(sandbox);
            await sandbox.StartAsync(cancel);
            if (ownNetwork)
                await _network.ConnectAsync(sandbox);
            sandbox.Save(sandbox.Record with { Starting = false });
            return record.Id;
        }
        catch (Exception fault)
        {
            // Each try would keep an address and ports that nobody uses.
            if (_sandboxes.TryFind(record.Id, out _))
                await RemovePodSandboxAsync(record.Id, CancellationToken.None);
            else
                _network.Return(record);
            if (fault is RuntimeException)
                throw;
            throw new RuntimeException("SandboxError", $"the sandbox of pod {spec.Namespace}/{spec.Name} could not be made: {fault.Message}", fault);
        }
    }

    public async Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        if (!_sandboxes.TryFind(sandboxId, out ProcessSandbox? sandbox))
            return;
        await Task.WhenAll(ContainersOf(sandbox).Select(container => container.StopAsync(TimeSpan.Zero, cancel)));
        // Nothing runs in them any more, and a daemon that ends for good must not leave them to the machine.
        foreach (ProcessContainer container in ContainersOf(sandbox))
            await RemoveGroupAsync(container, cancel);
        _services.Groups?.RemovePod(sandbox.Record.Spec.Uid);
        if (sandbox.Record.Stopped)
            return;
        sandbox.Stop();
        _network.Disconnect(sandbox);
        _network.Return(sandbox.Record);
    }

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        await StopPodSandboxAsync(sandboxId, cancel);
        if (!_sandboxes.TryFind(sandboxId, out ProcessSandbox? sandbox))
            return;
        foreach (ProcessContainer container in ContainersOf(sandbox))
            await RemoveContainerAsync(container.Record.Id, cancel);
        DirectoryTree.Delete(sandbox.Directory);
        _sandboxes.Remove(sandboxId);
    }

    public Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel) =>
        Task.FromResult(_sandboxes.Find(sandboxId)?.ToStatus());

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<PodSandboxStatus>>([.. _sandboxes.Of(podUid).Select(sandbox => sandbox.ToStatus())]);

    public Task<string> CreateContainerAsync(string sandboxId, ContainerSpec spec, CancellationToken cancel)
    {
        ProcessSandbox sandbox = _sandboxes.Find(sandboxId) ?? throw RuntimeException.NoSandbox(sandboxId);
        if (spec.Command.Count == 0)
            throw new RuntimeException("CreateContainerError", "no command specified: the process runtime takes none from an image");
        string path = Path.Combine(
            PodDirectory(sandbox.Record.Spec.Uid), "containers", SafeSegment(spec.Name), spec.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ProcessContainer? known = _containers.Of(sandbox.Record.Spec.Uid).FirstOrDefault(item => item.Files.Path == path);
        if (known is not null)
            return Task.FromResult(known.Record.Id);
        DirectoryTree.Delete(path);
        Directory.CreateDirectory(path);
        var files = new ContainerDirectory(path);
        var record = new ContainerRecord(
            NewId(), sandboxId, sandbox.Record.Spec.Uid, spec, _services.Time.GetUtcNow(), sandbox.HasOwnRoot && !sandbox.Record.Spec.HostPid);
        StateFile.Write(files.Record, record, StateJson.Default.ContainerRecord);
        _containers.Set(new ProcessContainer(record, files, _services, OnChanged));
        return Task.FromResult(record.Id);
    }

    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        ProcessContainer container = Container(containerId);
        ProcessSandbox sandbox = _sandboxes.Find(container.Record.SandboxId) ?? throw RuntimeException.NoSandbox(container.Record.SandboxId);
        switch (container.Status.State)
        {
            case ContainerState.Running:
                return;
            case ContainerState.Exited:
                throw new RuntimeException("StartError", $"container {containerId} has run already");
        }
        if (sandbox.State != SandboxState.Ready)
            throw new RuntimeException("StartError", $"the sandbox of container {containerId} is not ready");
        await container.StartAsync(sandbox, cancel);
    }

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) =>
        _containers.TryFind(containerId, out ProcessContainer? container) ? container.StopAsync(grace, cancel) : Task.CompletedTask;

    public async Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        if (!_containers.TryFind(containerId, out ProcessContainer? container))
            return;
        await container.StopAsync(TimeSpan.Zero, cancel);
        await RemoveGroupAsync(container, cancel);
        DirectoryTree.Delete(container.Files.Path);
        _containers.Remove(containerId);
    }

    private async Task RemoveGroupAsync(ProcessContainer container, CancellationToken cancel)
    {
        if (container.Group is not null && !await container.Group.RemoveAsync(_services.Time, cancel))
            Log.GroupStays(_services.Log, container.Record.Id);
    }

    public Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel) =>
        Task.FromResult(_containers.Find(containerId)?.Status);

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _containers.Of(podUid).Select(item => item.Status)]);

    public Task<IProcessSession> ExecAsync(string containerId, ExecSpec spec, CancellationToken cancel)
    {
        ProcessContainer container = Container(containerId);
        ProcessSandbox sandbox = _sandboxes.Find(container.Record.SandboxId) ?? throw RuntimeException.NoSandbox(container.Record.SandboxId);
        return Task.FromResult<IProcessSession>(ExecSession.Start(container, sandbox, spec, _services));
    }

    public async Task<IProcessSession> AttachAsync(string containerId, AttachSpec spec, CancellationToken cancel)
    {
        ProcessContainer container = Container(containerId);
        if (container.Streams is not { } streams || container.Status.State != ContainerState.Running)
            throw new RuntimeException("NotRunning", $"container {containerId} is not running");
        return await AttachSession.OpenAsync(container, streams, spec);
    }

    public async Task<Stream> ConnectAsync(string sandboxId, int port, CancellationToken cancel)
    {
        ProcessSandbox sandbox = _sandboxes.Find(sandboxId) ?? throw RuntimeException.NoSandbox(sandboxId);
        if (sandbox is { HasOwnNetwork: true, Pause: { } pause })
            return await PodBridge.DialAsync(pause.Pid, port, cancel);
        return await DialSharedAsync(sandbox, port, cancel);
    }

    public IReadOnlyDictionary<int, int> ListenedPorts(string sandboxId) => _sandboxes.Find(sandboxId) is { HasOwnNetwork: false } sandbox
        ? _listened.Of(sandbox.Record, [.. ContainersOf(sandbox).Where(IsRunning).Select(container => container.Main?.Pid).OfType<int>()])
        : ReadOnlyDictionary<int, int>.Empty;

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken cancel)
    {
        ProcessContainer? container = _containers.Find(containerId);
        if (container is null || container.Status.State != ContainerState.Running || container.Main is not { } main)
            return Task.FromResult<ContainerStats?>(null);
        DateTimeOffset now = _services.Time.GetUtcNow();
        return Task.FromResult<ContainerStats?>(container.Group?.Stats(now) ?? ProcessUsage.OfTree(ProcessTable.Read(), main.Pid, now));
    }

    public Task<ContainerFiles?> FilesAsync(string containerId, CancellationToken cancel) =>
        Task.FromResult(_containers.Find(containerId) is { } found ? new ContainerFiles(found.Files.Sandbox, IsFileSystem: false) : null);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        foreach (ProcessContainer container in _containers.Of(podUid: null))
            await container.ReleaseAsync();
        _network.Remove();
        _services.Loop.Dispose();
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>A name that is one directory: names come from the API server, but a path is never built from what could climb.</summary>
    private static string SafeSegment(string name) =>
        name.Length is > 0 and < 256 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name.Trim('.').Length > 0
            ? name
            : throw new RuntimeException("InvalidName", $"\"{name}\" cannot name a directory");

    private string PodDirectory(string uid) => Path.Combine(Options.PodsDirectory, SafeSegment(uid));

    private IEnumerable<ProcessContainer> ContainersOf(ProcessSandbox sandbox) =>
        _containers.Of(sandbox.Record.Spec.Uid).Where(item => item.Record.SandboxId == sandbox.Record.Id);

    private ProcessContainer Container(string id) => _containers.Find(id) ?? throw RuntimeException.NoContainer(id);

    private void OnChanged(ProcessContainer container) => Changed?.Invoke(new ContainerEvent(container.Record.PodUid, container.Record.Id));

    private static bool IsRunning(ProcessContainer container) => container.Status.State == ContainerState.Running;

    private async Task<Stream> DialSharedAsync(ProcessSandbox sandbox, int port, CancellationToken cancel)
    {
        IPAddress own = sandbox.Record.Address.Length > 0 ? IPAddress.Parse(sandbox.Record.Address) : IPAddress.Loopback;
        // Where the program of a declared port listens is known: on the port itself may be a stranger, who is at this address, too.
        int listened = ListenedPorts(sandbox.Record.Id).GetValueOrDefault(port, sandbox.Record.AssignedPorts.GetValueOrDefault(port, port));
        IPEndPoint[] candidates = [new(own, listened), new(IPAddress.Loopback, listened)];
        for (int i = 0; ; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(candidates[i], cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < candidates.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private void RecoverSandbox(string directory)
    {
        if (ProcessSandbox.Load(directory) is not { } record)
        {
            Log.UnreadableState(_services.Log, directory);
            return;
        }
        var sandbox = new ProcessSandbox(record, directory, _services);
        sandbox.Recover();
        _sandboxes.Set(sandbox);
        if (record.Stopped)
            return;
        if (record.Starting || record.BootId != StateFile.BootId)
        {
            // The earlier daemon ended before the sandbox was whole, perhaps without its network, or the machine did: the pod gets another one.
            sandbox.Stop();
            _network.Disconnect(sandbox);
            return;
        }
        _network.Keep(record);
    }

    private async Task RecoverContainerAsync(string directory, CancellationToken cancel)
    {
        var files = new ContainerDirectory(directory);
        if (StateFile.TryRead(files.Record, StateJson.Default.ContainerRecord) is not { } record)
        {
            Log.UnreadableState(_services.Log, directory);
            return;
        }
        var container = new ProcessContainer(record, files, _services, OnChanged);
        await container.RecoverAsync(cancel);
        _containers.Set(container);
    }

    private static partial class Log
    {
        [LoggerMessage(4031, LogLevel.Warning, "The control group of container {Container} still has processes in it and stays")]
        public static partial void GroupStays(ILogger log, string container);

        [LoggerMessage(4030, LogLevel.Warning, "{Directory} holds no readable state and is left alone; it goes with its pod")]
        public static partial void UnreadableState(ILogger log, string directory);
    }
}
