// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;
using Pelago.Node.Containerd;

namespace Pelago.Daemon.Running;

/// <summary>Pods that are programs of this machine although nobody asked for that, because no containers can be run here.</summary>
internal static class ProcessFallback
{
    private const string ThenAnew = "then a new home (--home DIR), for clusters keep what they were made with";

    /// <summary>
    /// What to do for pods from images, of clusters that are made now; null where they are containers, where nothing runs, and where processes were asked for.
    /// A cluster keeps the runtime that it was made with.
    /// </summary>
    public static string? RemedyOf(IEnumerable<ClusterSettings> made, RunOptions options) =>
        options.Runtime is null && made.Any(cluster => cluster is { Simulated: false, Runtime: ClusterSettings.ProcessRuntime }) ? Remedy() : null;

    /// <summary>Null where containers can be run.</summary>
    public static string? Remedy()
    {
        var tools = new ContainerdTools();
        if (tools.Missing() is { Count: > 0 } missing)
            return $"{string.Join("; ", missing)}; {ThenAnew}";
        return tools.AreUsable() ? null : $"see to it that namespaces and a bridge can be made; {ThenAnew}";
    }
}
