// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>A DaemonSet, its pods by node, and what each node should have.</summary>
internal sealed class DaemonSetState(V1DaemonSet set, IReadOnlyList<V1Node> nodes, IEnumerable<PodSummary> pods, string hash, DateTimeOffset now)
{
    private readonly Dictionary<string, List<PodSummary>> _byNode =
        pods.GroupBy(DaemonPods.NodeOf, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);

    public V1DaemonSet Set => set;
    public string Hash => hash;
    public int MinReadySeconds => set.Spec.MinReadySeconds ?? 0;

    public IReadOnlyList<(V1Node Node, bool ShouldRun, bool MayStay)> Nodes { get; } =
        [.. nodes.Select(node => (node, DaemonPods.Fits(set, node))).Select(pair => (pair.node, pair.Item2.ShouldRun, pair.Item2.MayStay))];

    public int Desired => Nodes.Count(entry => entry.ShouldRun);
    public int MaxSurge => IsOnDelete ? 0 : RolloutMath.Scaled(set.Spec.UpdateStrategy?.RollingUpdate?.MaxSurge, Desired, roundUp: true, "0");
    public bool IsOnDelete => set.Spec.UpdateStrategy?.Type == "OnDelete";

    /// <summary>Both zero would be a standstill.</summary>
    public int MaxUnavailable
    {
        get
        {
            int most = RolloutMath.Scaled(set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable, Desired, roundUp: true, "1");
            return most == 0 && MaxSurge == 0 ? 1 : most;
        }
    }

    public IReadOnlyList<PodSummary> On(string node) => _byNode.TryGetValue(node, out List<PodSummary>? on) ? on : [];

    /// <summary>Pods for nodes that are not there any more.</summary>
    public IEnumerable<PodSummary> Stranded
    {
        get
        {
            HashSet<string> known = [.. Nodes.Select(entry => entry.Node.Metadata.Name)];
            return _byNode.Where(pair => !known.Contains(pair.Key)).SelectMany(pair => pair.Value);
        }
    }

    public bool IsCurrent(PodSummary pod) => pod.Labels.GetValueOrDefault(DaemonPods.HashLabel) == hash;

    public bool IsAvailable(PodSummary pod) => pod.IsAvailable(MinReadySeconds, now);

    public V1DaemonSetStatus Status(int? collisions)
    {
        int scheduled = 0, misscheduled = 0, ready = 0, available = 0, updated = 0;
        foreach ((V1Node node, bool shouldRun, _) in Nodes)
        {
            IReadOnlyList<PodSummary> on = On(node.Metadata.Name);
            if (on.Count == 0)
                continue;
            if (!shouldRun)
            {
                misscheduled++;
                continue;
            }
            scheduled++;
            PodSummary? best = on.Where(pod => !pod.IsDeleting).OrderByDescending(pod => pod.IsReady).ThenBy(pod => pod.Created).FirstOrDefault();
            if (best is null)
                continue;
            ready += best.IsReady ? 1 : 0;
            available += IsAvailable(best) ? 1 : 0;
            updated += on.Any(pod => !pod.IsDeleting && IsCurrent(pod)) ? 1 : 0;
        }
        return new V1DaemonSetStatus
        {
            CurrentNumberScheduled = scheduled,
            DesiredNumberScheduled = Desired,
            NumberMisscheduled = misscheduled,
            NumberReady = ready,
            UpdatedNumberScheduled = updated.NonZero(),
            NumberAvailable = available.NonZero(),
            NumberUnavailable = (Desired - available).NonZero(),
            ObservedGeneration = set.Metadata.Generation,
            CollisionCount = collisions,
            Conditions = set.Status?.Conditions,
        };
    }
}
