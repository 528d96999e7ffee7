// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Sockets;
using Grpc.Core;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Tasks;
using Pelago.Node.Containerd.Streams;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Native;
using Pelago.Node.Networking;
using Pelago.Node.Runtimes;
using ContainerState = Pelago.Node.Runtimes.ContainerState;
using ContainerStats = Pelago.Node.Runtimes.ContainerStats;
using ContainerStatus = Pelago.Node.Runtimes.ContainerStatus;
using PodSandboxStatus = Pelago.Node.Runtimes.PodSandboxStatus;

namespace Pelago.Node.Containerd;

/// <summary>What containers can be asked for while they run: their streams, ports, files and measurements. It starts and ends none.</summary>
internal sealed class RunningContainers(
    ContainerdClient client, EventLoop loop, ContainerLedger ledger, ContainerdDaemon daemon, ContainerdOptions options, TimeProvider time)
{
    public async Task<IProcessSession> ExecAsync(string containerId, ExecSpec spec, CancellationToken cancel)
    {
        Running(containerId);
        if (spec.Command.Count == 0)
            throw new RuntimeException("InvalidCommand", "you must specify at least one command for the container");
        return await TaskExec.StartAsync(client, loop, options.StreamsDirectory, containerId, spec, cancel);
    }

    public async Task<IProcessSession> AttachAsync(string containerId, AttachSpec spec, CancellationToken cancel)
    {
        ContainerStatus container = Running(containerId);
        bool terminal = (spec.Stdin || spec.Stdout || spec.Stderr) && await HasTerminalAsync(containerId, cancel);
        return await AttachedStreams.OpenAsync(client, container, terminal, spec, daemon.HasOpen, ledger.ExitOf(containerId), time, cancel);
    }

    public async Task<Stream> ConnectAsync(string sandboxId, int port, CancellationToken cancel)
    {
        PodSandboxStatus sandbox = ledger.Sandbox(sandboxId) ?? throw RuntimeException.NoSandbox(sandboxId);
        if (sandbox.Spec.HostNetwork)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(System.Net.IPAddress.Loopback, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        return await PodBridge.DialAsync(await MainProcessAsync(sandboxId, cancel), port, cancel);
    }

    public async Task<ContainerStats?> StatsAsync(string containerId, CancellationToken cancel)
    {
        if (ledger.Container(containerId) is not { State: ContainerState.Running })
            return null;
        try
        {
            ContainerStatsResponse answer = await client.Runtime.ContainerStatsAsync(new ContainerStatsRequest { ContainerId = containerId }, cancellationToken: cancel);
            return answer.Stats is not { Cpu: { } cpu, Memory: { } memory } ? null : new ContainerStats
            {
                Time = UnixTime.Of(cpu.Timestamp) ?? time.GetUtcNow(), CpuNanoseconds = cpu.UsageCoreNanoSeconds?.Value ?? 0,
                MemoryWorkingSet = memory.WorkingSetBytes?.Value ?? 0, MemoryResident = memory.RssBytes?.Value ?? memory.WorkingSetBytes?.Value ?? 0,
            };
        }
        catch (RpcException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>As the container's first process sees them, while it runs.</summary>
    public async Task<ContainerFiles?> FilesAsync(string containerId, CancellationToken cancel) =>
        ledger.Container(containerId) is { State: ContainerState.Running } && await FindMainProcessAsync(containerId, cancel) is { } process and > 0
            ? new ContainerFiles($"/proc/{process}/root", IsFileSystem: true)
            : null;

    private ContainerStatus Running(string containerId)
    {
        ContainerStatus container = ledger.Container(containerId) ?? throw RuntimeException.NoContainer(containerId);
        return container.State == ContainerState.Running ? container : throw new RuntimeException("NotRunning", $"container {container.Name} is not running");
    }

    private async Task<int?> FindMainProcessAsync(string id, CancellationToken cancel)
    {
        try
        {
            return await MainProcessAsync(id, cancel);
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    private async Task<int> MainProcessAsync(string id, CancellationToken cancel)
    {
        try
        {
            GetResponse task = await client.Tasks.GetAsync(new GetRequest { ContainerId = id }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
            return (int)task.Process.Pid;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("NotRunning", $"{id} does not run: {fault.Status.Detail}", fault);
        }
    }

    private async Task<bool> HasTerminalAsync(string containerId, CancellationToken cancel)
    {
        Protos.Containers.GetContainerResponse answer = await client.Containers.GetAsync(
            new Protos.Containers.GetContainerRequest { Id = containerId }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
        return System.Text.Json.Nodes.JsonNode.Parse(answer.Container.Spec.Value.ToByteArray())?["process"]?["terminal"]?.GetValue<bool>() == true;
    }
}
