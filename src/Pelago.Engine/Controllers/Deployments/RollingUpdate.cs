// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>One step of a rolling update: first up as far as maxSurge lets, else down as far as maxUnavailable lets (deployment/rolling.go).</summary>
internal sealed class RollingUpdate(DeploymentSets sets)
{
    public async Task<ApiStatus?> StepAsync(Rollout rollout, CancellationToken cancel)
    {
        V1ReplicaSet set = rollout.New!;
        int wanted = NewSetReplicas(rollout, set);
        if (wanted != Rollout.Replicas(set))
            return await sets.ScaleAsync(rollout, set, wanted, cancel);
        int old = Rollout.Sum(rollout.Old);
        if (old == 0)
            return null;
        int minAvailable = RolloutMath.MinAvailable(rollout.Deployment);
        int newUnavailable = Rollout.Replicas(set) - (set.Status?.AvailableReplicas ?? 0);
        int spare = Rollout.Sum(rollout.All) - minAvailable - newUnavailable;
        if (spare <= 0)
            return null;
        ApiStatus? error = await DropUnhealthyAsync(rollout, spare, cancel);
        return error ?? await ScaleDownOldAsync(rollout, minAvailable, cancel);
    }

    /// <summary>How many pods the new set may have now.</summary>
    public static int NewSetReplicas(Rollout rollout, V1ReplicaSet set)
    {
        int desired = rollout.Desired;
        if (!RolloutMath.IsRolling(rollout.Deployment))
            return desired;
        int others = rollout.Old.Sum(Rollout.Replicas);
        int present = Rollout.Replicas(set);
        if (present > desired)
            return desired;
        int room = desired + RolloutMath.MaxSurge(rollout.Deployment) - others - present;
        return room <= 0 ? present : present + Math.Min(room, desired - present);
    }

    /// <summary>Old pods that do not work hold nothing up: they go first, whatever maxUnavailable says.</summary>
    private async Task<ApiStatus?> DropUnhealthyAsync(Rollout rollout, int most, CancellationToken cancel)
    {
        foreach (V1ReplicaSet set in rollout.Old.ToArray())
        {
            int unhealthy = Rollout.Replicas(set) - (set.Status?.AvailableReplicas ?? 0);
            int drop = Math.Min(most, unhealthy);
            if (drop <= 0)
                continue;
            if (await sets.ScaleAsync(rollout, set, Rollout.Replicas(set) - drop, cancel) is { } error)
                return error;
            most -= drop;
        }
        return null;
    }

    private async Task<ApiStatus?> ScaleDownOldAsync(Rollout rollout, int minAvailable, CancellationToken cancel)
    {
        int spare = Rollout.Available(rollout.All) - minAvailable;
        foreach (V1ReplicaSet set in rollout.Old.ToArray())
        {
            int drop = Math.Min(Rollout.Replicas(set), spare);
            if (drop <= 0)
                continue;
            if (await sets.ScaleAsync(rollout, set, Rollout.Replicas(set) - drop, cancel) is { } error)
                return error;
            spare -= drop;
        }
        return null;
    }
}
