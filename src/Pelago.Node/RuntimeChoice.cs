// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging;
using Pelago.Node.Capabilities;
using Pelago.Node.Containerd;
using Pelago.Node.Logs;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;

namespace Pelago.Node;

/// <summary>Makes the runtime that a node was asked for.</summary>
internal static class RuntimeChoice
{
    private static readonly TimeSpan LookAtForeignLogs = TimeSpan.FromMilliseconds(50);

    /// <summary>The runtime, and what wakes those who follow the logs that it has written.</summary>
    public static (IPodRuntime Runtime, LogSignals Signals) Make(NodeOptions options, string podsDirectory, ILoggerFactory loggers, TimeProvider time)
    {
        if (options.Runtime == NodeRuntime.Containerd)
        {
            var tools = new ContainerdTools();
            if (tools.Missing() is { Count: > 0 } missing)
                throw new RuntimeException("RuntimeError", $"node {options.Name} cannot run containers: {string.Join("; ", missing)}. Or use '--runtime process'");
            return (new ContainerdRuntime(Containerd(options, podsDirectory), tools, time, loggers.CreateLogger<ContainerdRuntime>()), new LogSignals(time, LookAtForeignLogs));
        }
        var signals = new LogSignals(time);
        return (new ProcessRuntime(Processes(options, podsDirectory), signals, time, loggers.CreateLogger<ProcessRuntime>()), signals);
    }

    private static ContainerdOptions Containerd(NodeOptions options, string podsDirectory) => new()
    {
        Directory = Path.Combine(Path.GetFullPath(options.RootDirectory), "containerd"), PodsDirectory = Path.GetFullPath(podsDirectory),
        PodNetwork = options.PodNetwork, ClusterNetwork = options.ClusterNetwork, ServiceNetwork = options.ServiceNetwork, BridgeName = options.BridgeName,
        PodProcessLimit = options.PodProcessLimit,
    };

    private static ProcessRuntimeOptions Processes(NodeOptions options, string podsDirectory)
    {
        bool namespaces = options.Namespaces ?? (Native.LibC.EffectiveUser() == 0 && HostTools.Find().MissingForNamespaces().Count == 0);
        return new ProcessRuntimeOptions
        {
            PodsDirectory = podsDirectory, Namespaces = namespaces, ControlGroups = Native.LibC.EffectiveUser() == 0,
            PodNetwork = namespaces ? options.PodNetwork : options.LoopbackNetwork,
            ClusterNetwork = namespaces ? options.ClusterNetwork : options.LoopbackNetwork,
            ServiceNetwork = options.ServiceNetwork, BridgeName = options.BridgeName, PodProcessLimit = options.PodProcessLimit,
            MaskedPaths = [.. options.MaskedPaths, Path.GetFullPath(options.RootDirectory)],
        };
    }
}
