// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// When pods have to leave a tainted node. Taints that people set carry no time: their time for a pod begins when they are first seen on
/// its node, and is kept until the taint or the pod goes. Thread-safe as far as no two threads ask for one pod.
/// </summary>
internal sealed class EvictionTimes(TimeProvider time)
{
    private readonly ConcurrentDictionary<ObjectKey, Seen> _seen = new();

    /// <summary>When the pod has to go; null when it may stay.</summary>
    public DateTimeOffset? Of(PodSummary pod, V1Taint[] taints)
    {
        var seen = new Seen(pod.Uid, []);
        Seen? before = _seen.TryGetValue(pod.Key, out Seen? known) && known.Uid == pod.Uid ? known : null;
        DateTimeOffset? earliest = null;
        foreach (V1Taint taint in taints)
        {
            EvictionToleration[] used = [.. pod.Tolerations.Where(toleration =>
                NodeMatch.Tolerates(toleration.Key, toleration.Operator, toleration.Value, toleration.Effect, taint))];
            if (used.Length == 0)
                return DateTimeOffset.MinValue;
            if (used.All(toleration => toleration.Seconds is null))
                continue;
            long seconds = Math.Max(0, used.Min(toleration => toleration.Seconds ?? long.MaxValue));
            DateTimeOffset at = Since(taint, before, seen).Plus(seconds);
            earliest = earliest is { } first && first < at ? first : at;
        }
        if (seen.At.Count > 0)
            _seen[pod.Key] = seen;
        else
            _seen.TryRemove(pod.Key, out _);
        return earliest;
    }

    public void Forget(ObjectKey pod) => _seen.TryRemove(pod, out _);

    private DateTimeOffset Since(V1Taint taint, Seen? before, Seen seen)
    {
        if (taint.TimeAdded is { } added)
            return new DateTimeOffset(DateTime.SpecifyKind(added, DateTimeKind.Utc));
        (string, string) key = (taint.Key, taint.Value ?? "");
        DateTimeOffset since = before is not null && before.At.TryGetValue(key, out DateTimeOffset first) ? first : time.GetUtcNow();
        seen.At[key] = since;
        return since;
    }

    /// <summary>Of one pod, since when taints of that key and value are there.</summary>
    private sealed record Seen(string Uid, Dictionary<(string Key, string Value), DateTimeOffset> At);
}
