// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Which pods go first when there are too many (pkg/controller ActivePodsWithRanks): those whose loss costs least.
/// <c>crowding</c> counts, for each node, the related pods on it.
/// </summary>
internal sealed class DeletionRanking(IReadOnlyDictionary<string, int> crowding, DateTimeOffset now) : IComparer<PodSummary>
{
    public int Compare(PodSummary? x, PodSummary? y)
    {
        (PodSummary one, PodSummary other) = (x!, y!);
        int order = (one.NodeName.Length > 0).CompareTo(other.NodeName.Length > 0);
        if (order == 0)
            order = PhaseRank(one).CompareTo(PhaseRank(other));
        if (order == 0)
            order = one.IsReady.CompareTo(other.IsReady);
        if (order == 0)
            order = Cost(one).CompareTo(Cost(other));
        if (order == 0)
            order = Crowd(other).CompareTo(Crowd(one));
        if (order == 0 && one.IsReady && other.IsReady)
            order = AgeRank(one.ReadySince).CompareTo(AgeRank(other.ReadySince));
        if (order == 0)
            order = other.Restarts.CompareTo(one.Restarts);
        if (order == 0)
            order = AgeRank(one.Created).CompareTo(AgeRank(other.Created));
        return order != 0 ? order : string.CompareOrdinal(one.Uid, other.Uid);
    }

    private static int PhaseRank(PodSummary pod) => pod.Phase switch { "Pending" => 0, "Unknown" => 1, _ => 2 };

    private static int Cost(PodSummary pod) =>
        pod.Annotations?.GetValueOrDefault("controller.kubernetes.io/pod-deletion-cost") is { } text
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int cost) ? cost : 0;

    private int Crowd(PodSummary pod) => crowding.GetValueOrDefault(pod.NodeName);

    /// <summary>Younger is lower; ages within a power of two are the same, so that the youngest are not always the ones to go.</summary>
    private int AgeRank(DateTimeOffset? since)
    {
        if (since is not { } start)
            return 0;
        long seconds = Math.Max(1, (long)(now - start).TotalSeconds);
        return 1 + BitOperations.Log2((ulong)seconds);
    }
}
