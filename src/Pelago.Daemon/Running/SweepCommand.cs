// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Logs;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;

namespace Pelago.Daemon.Running;

/// <summary>
/// <c>pelagod sweep</c>: ends the pods that a killed daemon left running, without starting a cluster. The state stays: the next start has the pods
/// run again.
/// </summary>
internal static class SweepCommand
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static Command Build()
    {
        var command = new Command("sweep", "End the pods that a killed daemon of this home left running");
        command.SetAction((parsed, cancel) => RunAsync(DaemonCommandLine.HomeOf(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, CancellationToken cancel)
    {
        using HomeLock held = HomeLock.TryTake(home) ?? throw new HomeTakenException(home);
        int ended = 0;
        foreach (string cluster in home.ClusterNames())
        {
            string nodes = Path.Combine(home.ClusterDirectory(cluster), "nodes");
            foreach (string node in Directory.Exists(nodes) ? Directory.EnumerateDirectories(nodes) : [])
                ended += await SweepNodeAsync(home.ReadSettings(cluster), node, cancel);
        }

        Console.Out.WriteLine($"{ended} container(s) ended");
        return DaemonExitCode.Done;
    }

    private static async Task<int> SweepNodeAsync(ClusterSettings? settings, string node, CancellationToken cancel)
    {
        string pods = Path.Combine(node, "pods");
        if (!Directory.Exists(pods))
            return 0;
        await using IPodRuntime runtime = settings?.Runtime == ClusterSettings.ContainerdRuntime ? Containers(settings, node, pods) : Processes(pods);
        await runtime.RecoverAsync(cancel);
        ContainerStatus[] running = [.. (await runtime.ListContainersAsync(podUid: null, cancel)).Where(container => container.State == ContainerState.Running)];
        await Task.WhenAll(running.Select(container => runtime.StopContainerAsync(container.Id, Grace, cancel)));
        foreach (PodSandboxStatus sandbox in await runtime.ListPodSandboxesAsync(podUid: null, cancel))
            await runtime.StopPodSandboxAsync(sandbox.Id, cancel);
        // Volumes in memory end with the pods of a machine that stops, and a home with mounts in it cannot be deleted.
        if (Environment.IsPrivilegedProcess)
            MountTable.UnmountBelow(Path.GetFullPath(pods));
        return running.Length;
    }

    // The addresses are of no matter: nothing is started.
    private static ProcessRuntime Processes(string pods) => new(
        new ProcessRuntimeOptions
        {
            PodsDirectory = pods, Namespaces = Environment.IsPrivilegedProcess, ControlGroups = Environment.IsPrivilegedProcess,
            PodNetwork = Cidr4.Parse("127.0.0.0/24"), ClusterNetwork = Cidr4.Parse("127.0.0.0/16"), BridgeName = "", MaskedPaths = [],
        },
        new LogSignals(TimeProvider.System), TimeProvider.System, NullLogger<ProcessRuntime>.Instance);

    private static ContainerdRuntime Containers(ClusterSettings settings, string node, string pods) => new(
        new ContainerdOptions
        {
            Directory = Path.Combine(Path.GetFullPath(node), "containerd"), PodsDirectory = Path.GetFullPath(pods), BridgeName = AddressSlots.BridgeName(settings.Slot),
            PodNetwork = Cidr4.Parse("127.0.0.0/24"), ClusterNetwork = Cidr4.Parse("127.0.0.0/16"),
        },
        new ContainerdTools(), TimeProvider.System, NullLogger<ContainerdRuntime>.Instance);
}
