// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>A StatefulSet, its pods by ordinal, and the two revisions between which it may be moving.</summary>
internal sealed class StatefulSetState
{
    private readonly DateTimeOffset _now;

    public StatefulSetState(V1StatefulSet set, IEnumerable<PodSummary> pods, RevisionRecord current, RevisionRecord update, DateTimeOffset now)
    {
        (Set, Current, Update, _now) = (set, current, update, now);
        Start = set.Spec.Ordinals?.Start ?? 0;
        Replicas = new PodSummary?[set.Spec.Replicas ?? 1];
        foreach (PodSummary pod in pods)
        {
            if (StatefulPods.OrdinalOf(set.Metadata.Name, pod.Key.Name) is not { } ordinal)
                continue;
            if (ordinal >= Start && ordinal < Start + Replicas.Length)
                Replicas[ordinal - Start] = pod;
            else
                Condemned.Add((ordinal, pod));
        }
        Condemned.Sort((one, other) => other.Ordinal.CompareTo(one.Ordinal));
    }

    public V1StatefulSet Set { get; }
    public RevisionRecord Current { get; }
    public RevisionRecord Update { get; }
    public int Start { get; }

    /// <summary>The wanted pods by their place; null where one is missing.</summary>
    public PodSummary?[] Replicas { get; }

    /// <summary>Pods beyond the wanted ones, highest ordinal first.</summary>
    public List<(int Ordinal, PodSummary Pod)> Condemned { get; } = [];
    public bool IsOrdered => Set.Spec.PodManagementPolicy != "Parallel";
    public int MinReadySeconds => Set.Spec.MinReadySeconds ?? 0;
    public int Partition => Set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
    public bool UpdatesOnDelete => Set.Spec.UpdateStrategy?.Type == "OnDelete";

    public bool IsHealthy(PodSummary pod) => pod is { Phase: "Running", IsReady: true, IsDeleting: false };

    public bool IsAvailable(PodSummary pod) => IsHealthy(pod) && pod.IsAvailable(MinReadySeconds, _now);

    public static string RevisionOf(PodSummary pod) => pod.Labels.GetValueOrDefault(StatefulPods.RevisionLabel) ?? "";

    /// <summary>Which revision a pod that has to be made again gets: below the partition, and before the update came by, the old one.</summary>
    public RevisionRecord RevisionFor(int ordinal)
    {
        bool rolling = !UpdatesOnDelete;
        int kept = Set.Spec.UpdateStrategy?.RollingUpdate?.Partition is null ? Set.Status?.CurrentReplicas ?? 0 : Partition;
        return rolling && ordinal < Start + kept ? Current : Update;
    }

    public V1StatefulSetStatus Status(int? collisions)
    {
        PodSummary[] all = [.. Replicas.OfType<PodSummary>(), .. Condemned.Select(entry => entry.Pod)];
        var status = new V1StatefulSetStatus
        {
            ObservedGeneration = Set.Metadata.Generation,
            Replicas = all.Length,
            ReadyReplicas = all.Count(pod => pod is { Phase: "Running", IsReady: true }).NonZero(),
            AvailableReplicas = all.Count(pod => pod.Phase == "Running" && pod.IsAvailable(MinReadySeconds, _now)),
            CurrentReplicas = all.Count(pod => !pod.IsDeleting && RevisionOf(pod) == Current.Name).NonZero(),
            UpdatedReplicas = all.Count(pod => !pod.IsDeleting && RevisionOf(pod) == Update.Name).NonZero(),
            CurrentRevision = Current.Name,
            UpdateRevision = Update.Name,
            CollisionCount = collisions,
            Conditions = Set.Status?.Conditions,
        };
        bool arrived = !UpdatesOnDelete && (status.UpdatedReplicas ?? 0) == status.Replicas && (status.ReadyReplicas ?? 0) == status.Replicas;
        if (arrived)
            (status.CurrentReplicas, status.CurrentRevision) = (status.UpdatedReplicas, status.UpdateRevision);
        return status;
    }
}
