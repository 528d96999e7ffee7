// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Collections.Frozen;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// The pods whose finalizer a Job's controller has taken off. A cache of pods that is behind the cache of Jobs shows them with it, and in no list of the
/// uncounted: they would be counted a second time (pkg/controller/job, uidTrackingExpectations). Thread-safe.
/// </summary>
internal sealed class ReleasedPods
{
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlySet<string>> _uids = new();

    /// <summary>The uids of those that the cache still shows with the finalizer. The others need not be known any longer.</summary>
    public IReadOnlySet<string> Behind(ObjectKey job, IReadOnlyList<PodSummary> cached)
    {
        if (!_uids.TryGetValue(job, out IReadOnlySet<string>? released))
            return FrozenSet<string>.Empty;
        HashSet<string> behind = [.. cached.Where(pod => released.Contains(pod.Uid) && pod.Finalizers.Contains(JobRules.TrackingFinalizer)).Select(pod => pod.Uid)];
        if (behind.Count == 0)
            _uids.TryRemove(job, out _);
        else
            _uids[job] = behind;
        return behind;
    }

    public void Note(ObjectKey job, IReadOnlySet<string> uids)
    {
        if (uids.Count > 0)
            _uids[job] = new HashSet<string>([.. _uids.GetValueOrDefault(job) ?? FrozenSet<string>.Empty, .. uids]);
    }

    public void Forget(ObjectKey job) => _uids.TryRemove(job, out _);
}
