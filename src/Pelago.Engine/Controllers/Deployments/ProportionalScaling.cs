// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Scales a Deployment whose rollout stands still or is under way: each ReplicaSet by its share (deployment/sync.go scale).</summary>
internal sealed class ProportionalScaling(DeploymentSets sets)
{
    /// <summary>True when somebody changed spec.replicas since the sets were last scaled.</summary>
    public static bool IsScaling(Rollout rollout) =>
        rollout.All.Where(set => Rollout.Replicas(set) > 0)
            .Select(set => DeploymentAnnotations.Number(set.Metadata, DeploymentAnnotations.DesiredReplicas))
            .Any(desired => desired is { } known && known != rollout.Desired);

    public async Task<ApiStatus?> ScaleAsync(Rollout rollout, CancellationToken cancel)
    {
        V1ReplicaSet[] active = [.. rollout.All.Where(set => Rollout.Replicas(set) > 0)];
        V1ReplicaSet? only = active.Length switch { 0 => rollout.New ?? rollout.Old.LastOrDefault(), 1 => active[0], _ => null };
        if (only is not null)
            return Rollout.Replicas(only) == rollout.Desired ? null : await sets.ScaleAsync(rollout, only, rollout.Desired, cancel);
        if (rollout.New is { } newest && (newest.Status?.AvailableReplicas ?? 0) == rollout.Desired && Rollout.Replicas(newest) == rollout.Desired)
            return await EmptyOldAsync(rollout, cancel);
        return RolloutMath.IsRolling(rollout.Deployment) ? await ShareAsync(rollout, active, cancel) : null;
    }

    private async Task<ApiStatus?> EmptyOldAsync(Rollout rollout, CancellationToken cancel)
    {
        foreach (V1ReplicaSet set in rollout.Old.Where(set => Rollout.Replicas(set) > 0).ToArray())
        {
            if (await sets.ScaleAsync(rollout, set, 0, cancel) is { } error)
                return error;
        }
        return null;
    }

    private async Task<ApiStatus?> ShareAsync(Rollout rollout, V1ReplicaSet[] active, CancellationToken cancel)
    {
        int allowed = rollout.Desired > 0 ? rollout.Desired + RolloutMath.MaxSurge(rollout.Deployment) : 0;
        int toAdd = allowed - active.Sum(Rollout.Replicas);
        // Growing, the newest get their share first; shrinking, the oldest. The larger come before the smaller.
        IEnumerable<V1ReplicaSet> order = toAdd > 0
            ? active.OrderByDescending(Rollout.Replicas).ThenByDescending(set => set.Metadata.CreationTimestamp)
            : active.OrderByDescending(Rollout.Replicas).ThenBy(set => set.Metadata.CreationTimestamp);
        V1ReplicaSet[] ordered = [.. order];
        int[] sizes = new int[ordered.Length];
        int added = 0;
        for (int i = 0; i < ordered.Length; i++)
        {
            int share = toAdd == 0 ? 0 : Share(rollout, ordered[i], allowed, toAdd, added);
            sizes[i] = Rollout.Replicas(ordered[i]) + share;
            added += share;
        }
        if (ordered.Length > 0 && toAdd != 0)
            sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (int i = 0; i < ordered.Length; i++)
        {
            if (await sets.ScaleAsync(rollout, ordered[i], sizes[i], cancel) is { } error)
                return error;
        }
        return null;
    }

    private static int Share(Rollout rollout, V1ReplicaSet set, int allowed, int toAdd, int added)
    {
        int replicas = Rollout.Replicas(set);
        int left = toAdd - added;
        if (left == 0)
            return 0;
        int before = DeploymentAnnotations.Number(set.Metadata, DeploymentAnnotations.MaxReplicas) is { } max and > 0
            ? max
            : Math.Max(1, rollout.Deployment.Status?.Replicas ?? 1);
        int fraction = (int)Math.Round((double)replicas * allowed / before, MidpointRounding.AwayFromZero) - replicas;
        return toAdd > 0 ? Math.Min(fraction, left) : Math.Max(fraction, left);
    }
}
