// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;
using Pelago.Daemon.State;

namespace Pelago.Daemon.Running;

/// <summary>Clusters whose API is not at the port where it was before this start, because somebody else has that now.</summary>
internal static class MovedPorts
{
    /// <summary>A sentence for people about each of them.</summary>
    public static IReadOnlyList<string> Describe(PelagoHome home, IReadOnlyList<ClusterSettings> before, IReadOnlyDictionary<string, int> now) =>
        [.. before.Where(cluster => now.TryGetValue(cluster.Name, out int port) && port != cluster.Port).Select(cluster => Describe(home, cluster, now[cluster.Name], Return(home, before)))];

    private static string Describe(PelagoHome home, ClusterSettings before, int now, string wayBack) =>
        $"The API of cluster {before.Name} is at port {now} from now on: port {before.Port}, where it was, is in use by {PortOwner.Describe(before.Port)}. "
        + $"Whoever was given a kubeconfig of it needs {home.ClusterKubeconfig(before.Name)} anew{wayBack}";

    /// <summary>Only ports in a row can be asked for.</summary>
    private static string Return(PelagoHome home, IReadOnlyList<ClusterSettings> before) => before.Index().All(cluster => cluster.Item.Port == before[0].Port + cluster.Index)
        ? $"; or end that program, then '{Invocation.Of(home)} down' and '{Invocation.Of(home)} up --port {before[0].Port}'"
        : "";
}
