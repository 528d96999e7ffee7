// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Pods that have a node and wait for their volumes to be bound before they are. One owner, the scheduler's loop.</summary>
internal sealed class VolumeWaits(ClusterState state, TimeProvider clock, TimeSpan timeout)
{
    private readonly Dictionary<string, (QueuedPod Pod, NodeState Node, DateTimeOffset Until)> _waiting = new(StringComparer.Ordinal);

    /// <summary>When the first of them gives up; null: none waits.</summary>
    public DateTimeOffset? NextTimeout => _waiting.Count == 0 ? null : _waiting.Values.Min(wait => wait.Until);

    public void Add(QueuedPod pod, NodeState node) => _waiting[pod.Pod.Uid] = (pod, node, clock.GetUtcNow() + timeout);

    /// <summary>Those that wait no longer: their volumes are bound, they are gone, or the time is over.</summary>
    public List<(QueuedPod Pod, NodeState Node, bool IsReady)> TakeSettled()
    {
        var settled = new List<(QueuedPod Pod, NodeState Node, bool IsReady)>();
        if (_waiting.Count == 0)
            return settled;
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((string uid, (QueuedPod pod, NodeState node, DateTimeOffset until)) in _waiting.ToArray())
        {
            bool isHere = state.Pods.ContainsKey(uid);
            bool isReady = isHere && state.Volumes.AllBound(pod.Pod.Class);
            if (!isReady && isHere && now < until)
                continue;
            _waiting.Remove(uid);
            if (isHere)
                settled.Add((pod, node, isReady));
        }

        return settled;
    }
}
