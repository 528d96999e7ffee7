// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// How long failed daemon pods are left alone (failedPodsBackoff of pkg/controller/daemon): the first is replaced at once, the next on the
/// same node no sooner than 1 s after that, 2 s, … 15 min. Forgotten after twice the longest, with the set, and when its spec changes.
/// Thread-safe as far as no two threads ask for one set.
/// </summary>
internal sealed class DaemonBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<ObjectKey, Failures> _sets = new();

    /// <summary>How long until a pod that failed on the node may be replaced; zero when it may be now.</summary>
    public TimeSpan Left(Owner set, long generation, string node)
    {
        if (Find(set, generation) is not { } failures || !failures.ByNode.TryGetValue(node, out (TimeSpan Delay, long At) last))
            return TimeSpan.Zero;
        TimeSpan left = last.Delay - time.GetElapsedTime(last.At);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>A failed pod of the node is replaced now.</summary>
    public void Note(Owner set, long generation, string node)
    {
        Failures failures = Find(set, generation) ?? (_sets[set.Key] = new Failures(set.Uid, generation, new(StringComparer.Ordinal)));
        bool known = failures.ByNode.TryGetValue(node, out (TimeSpan Delay, long At) last) && time.GetElapsedTime(last.At) <= 2 * Most;
        TimeSpan delay = known ? 2 * last.Delay : First;
        failures.ByNode[node] = (delay < Most ? delay : Most, time.GetTimestamp());
    }

    public void Forget(ObjectKey set) => _sets.TryRemove(set, out _);

    private Failures? Find(Owner set, long generation) =>
        _sets.TryGetValue(set.Key, out Failures? failures) && failures.Uid == set.Uid && failures.Generation == generation
            ? failures
            : null;

    /// <summary>Of one generation of a set: by node, the delay in force and when the last failed pod was replaced.</summary>
    private sealed record Failures(string Uid, long Generation, Dictionary<string, (TimeSpan Delay, long At)> ByNode);
}
