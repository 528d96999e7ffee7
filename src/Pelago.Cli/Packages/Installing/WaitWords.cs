// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Api;

namespace Pelago.Cli.Packages.Installing;

/// <summary>What an installation waits for, for people: which cluster, why, and the way out where it is one that may not come back.</summary>
internal static class WaitWords
{
    /// <param name="self">The cluster that has the installation.</param>
    public static string Of(Installation now, string self)
    {
        if (!now.IsDeleting && !now.IsObserved)
            return $"waits until cluster {self} takes it up: its daemon, or 'pelagod packages' on a Kubernetes, does that";
        KeyValuePair<string, ClusterState>[] open = [.. Open(now).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        if (open.Length == 0)
            return $"waits for cluster {self}{(now.Message.Length > 0 ? $" ({PlainText.Of(now.Message)})" : "")}";
        string words = $"waits for {string.Join("; ", open.Select(pair => $"cluster {pair.Key}: {Said(pair.Value)}"))}";
        string[] away = [.. open.Where(pair => pair.Value.Phase == InstallationPhase.Unreachable).Select(pair => pair.Key)];
        return away.Length == 0 ? words : $"{words}. Where it will not come back, {WayOut(now, string.Join(',', away))}";
    }

    /// <summary>How to be rid of what nobody waits for any more.</summary>
    public static string WayOut(Installation now, string clusters) =>
        $"'{Invocation.Program} package uninstall {now.Name}{Namespace(now)} --abandon {clusters}' removes the installation and leaves what is there";

    /// <summary>By which command one sees how it goes on.</summary>
    public static string Look(Installation now) => $"The cluster goes on with it: '{Invocation.Program} package list{Namespace(now)}' says how {now.Name} is";

    private static string Namespace(Installation now) => now.Namespace == "default" ? "" : $" -n {now.Namespace}";

    private static IEnumerable<KeyValuePair<string, ClusterState>> Open(Installation now) => now.Clusters.Where(pair => now.IsDeleting
        ? pair.Value.Phase != InstallationPhase.Removed
        : pair.Value.Revision != now.Revision || !InstallationPhase.IsSettled(pair.Value.Phase));

    private static string Said(ClusterState state) => $"{state.Phase}{(state.Message.Length > 0 ? $" ({PlainText.Of(state.Message)})" : "")}";
}
