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
        string credentials = home.ClusterCredentials(cluster);
        var file = new FileInfo(home.ClusterStateFile(cluster));
        if (file is { Exists: true, Length: > 0 } || !Directory.Exists(credentials))
            return null;
        return new LostState(
            $"the state of cluster {cluster} is lost: {file.FullName} is {(file.Exists ? "empty" : "not there")}, and {credentials} says that the cluster was in use",
            $"{PutBack(file.FullName)}; or begin anew: '{Invocation.Of(home)} down --purge' forgets all clusters of this home, 'rm -r {credentials}' what was in this one");
    }

    /// <summary>
    /// How a copy of a state file is put back, for the end of a sentence: what a killed daemon left in its write-ahead log would be written over the copy.
    /// </summary>
    public static string PutBack(string file) => File.Exists(file + "-wal")
        ? $"move {file}-wal and {file}-shm away, which belong to the file that was there, then put a copy of the file back"
        : "put a copy of the file back";

    /// <summary>What to do about a state file that is there and damaged, for the end of a sentence.</summary>
    public static string RemedyOfDamage(PelagoHome home, string file) => $"{PutBack(file)}, or forget everything in this home: '{Invocation.Of(home)} down --purge'";

    /// <summary>Nothing is touched when a start would lose what can still be put back.</summary>
    public static void Refuse(PelagoHome home, string cluster)
    {
        if (Find(home, cluster) is { } lost)
            throw new DaemonException($"{lost.Problem}. Nothing was changed: {lost.Remedy}");
    }
}
