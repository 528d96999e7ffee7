// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>A cluster that was in use and has no state any more: what is wrong and how to go on. Begun anew in silence, it would end every pod.</summary>
internal sealed record LostState(string Problem, string Remedy)
{
    /// <summary>Null when the cluster has a state, or never had one: the state file is made before the credentials.</summary>
    public static LostState? Find(PelagoHome home, string cluster)
    {
        string credentials = Path.Combine(home.ClusterDirectory(cluster), "pki");
        var file = new FileInfo(home.ClusterStateFile(cluster));
        if (file is { Exists: true, Length: > 0 } || !Directory.Exists(credentials))
            return null;
        return new LostState(
            $"the state of cluster {cluster} is lost: {file.FullName} is {(file.Exists ? "empty" : "not there")}, and {credentials} says that the cluster was in use",
            $"put a copy of the file back; or begin anew: '{Invocation.Of(home)} down --purge' forgets all clusters of this home, 'rm -r {credentials}' what was in this one");
    }

    /// <summary>Nothing is touched when a start would lose what can still be put back.</summary>
    public static void Refuse(PelagoHome home, string cluster)
    {
        if (Find(home, cluster) is { } lost)
            throw new DaemonException($"{lost.Problem}. Nothing was changed: {lost.Remedy}");
    }
}
