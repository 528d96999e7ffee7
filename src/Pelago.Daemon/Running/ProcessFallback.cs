// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;
using Pelago.Node.Containerd;

namespace Pelago.Daemon.Running;

/// <summary>Pods that are programs of this machine although nobody asked for that, because no containers can be run here.</summary>
internal static class ProcessFallback
{
    /// <summary>What to do for pods from images; null where they are containers, where nothing runs, and where processes were asked for.</summary>
    public static string? RemedyOf(IReadOnlyList<ClusterSettings> plan, RunOptions options) =>
        options.Runtime is null && plan.Any(cluster => cluster is { Simulated: false, Runtime: ClusterSettings.ProcessRuntime }) ? Remedy() : null;

    /// <summary>Null where containers can be run.</summary>
    public static string? Remedy()
    {
        var tools = new ContainerdTools();
        if (tools.Missing() is { Count: > 0 } missing)
            return string.Join("; ", missing);
        return tools.AreUsable() ? null : "see to it that namespaces and a bridge can be made";
    }
}
