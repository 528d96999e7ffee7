// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>What the status of a Deployment should say of a rollout (deployment/progress.go, sync.go calculateStatus).</summary>
internal sealed class DeploymentProgress(ControllerContext context)
{
    /// <summary>Counts and the Available condition; conditions that are not about availability stay.</summary>
    public V1DeploymentStatus Calculate(Rollout rollout)
    {
        V1Deployment deployment = rollout.Deployment;
        int total = Rollout.Actual(rollout.All);
        int available = Rollout.Available(rollout.All);
        var status = new V1DeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = total.NonZero(),
            UpdatedReplicas = (rollout.New?.Status?.Replicas ?? 0).NonZero(),
            ReadyReplicas = rollout.All.Sum(set => set.Status?.ReadyReplicas ?? 0).NonZero(),
            AvailableReplicas = available.NonZero(),
            UnavailableReplicas = Math.Max(0, rollout.All.Sum(Rollout.Replicas) - available).NonZero(),
            TerminatingReplicas = rollout.All.Sum(set => set.Status?.TerminatingReplicas ?? 0).NonZero(),
            CollisionCount = deployment.Status?.CollisionCount,
            Conditions = [.. deployment.Status?.Conditions ?? []],
        };
        if (available >= RolloutMath.MinAvailable(deployment))
            DeploymentConditions.Set(status, DeploymentConditions.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", context.NowSeconds);
        else
            DeploymentConditions.Set(status, DeploymentConditions.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", context.NowSeconds);
        return status;
    }

    /// <summary>The same with the Progressing and ReplicaFailure conditions of an unpaused rollout.</summary>
    public V1DeploymentStatus CalculateRollout(Rollout rollout)
    {
        V1DeploymentStatus status = Calculate(rollout);
        V1Deployment deployment = rollout.Deployment;
        if (deployment.Spec.ProgressDeadlineSeconds is null or int.MaxValue)
            DeploymentConditions.Remove(status, DeploymentConditions.Progressing);
        else
            Progress(rollout, status);

        V1ReplicaSetCondition? failure = rollout.All.Reverse().SelectMany(set => set.Status?.Conditions ?? [])
            .FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" });
        if (failure is not null)
            DeploymentConditions.Set(status, DeploymentConditions.ReplicaFailure, "True", failure.Reason, failure.Message, context.NowSeconds);
        else
            DeploymentConditions.Remove(status, DeploymentConditions.ReplicaFailure);
        return status;
    }

    /// <summary>When a rollout that goes on must be looked at again because its deadline ends; null when none runs.</summary>
    public TimeSpan? UntilDeadline(Rollout rollout, V1DeploymentStatus status)
    {
        if (rollout.Deployment.Spec.ProgressDeadlineSeconds is not { } seconds || seconds == int.MaxValue || IsComplete(rollout, status))
            return null;
        V1DeploymentCondition? condition = DeploymentConditions.Find(status, DeploymentConditions.Progressing);
        if (condition?.LastUpdateTime is not { } since || condition.Reason is DeploymentConditions.TimedOut or DeploymentConditions.Paused)
            return null;
        TimeSpan left = since.AddSeconds(seconds) - context.Now.UtcDateTime;
        return (left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromSeconds(1);
    }

    public static bool IsComplete(Rollout rollout, V1DeploymentStatus status) =>
        (status.UpdatedReplicas ?? 0) == rollout.Desired && (status.Replicas ?? 0) == rollout.Desired
        && (status.AvailableReplicas ?? 0) == rollout.Desired && status.ObservedGeneration >= rollout.Deployment.Metadata.Generation;

    private void Progress(Rollout rollout, V1DeploymentStatus status)
    {
        V1DeploymentCondition? present = DeploymentConditions.Find(rollout.Deployment.Status, DeploymentConditions.Progressing);
        // A finished rollout is not judged again until something changes.
        bool settled = (status.Replicas ?? 0) == (status.UpdatedReplicas ?? 0) && present?.Reason == DeploymentConditions.NewSetAvailable;
        if (settled)
            return;
        string what = rollout.New is { } set ? $"ReplicaSet \"{set.Metadata.Name}\"" : $"Deployment \"{rollout.Deployment.Metadata.Name}\"";
        DateTime now = context.NowSeconds;
        if (IsComplete(rollout, status))
            DeploymentConditions.Set(status, DeploymentConditions.Progressing, "True", DeploymentConditions.NewSetAvailable, $"{what} has successfully progressed.", now);
        else if (HasProgressed(rollout.Deployment.Status, status))
            Advance(status, present, $"{what} is progressing.", now);
        else if (TimedOut(rollout, status))
            DeploymentConditions.Set(status, DeploymentConditions.Progressing, "False", DeploymentConditions.TimedOut, $"{what} has timed out progressing.", now);
    }

    /// <summary>Progress renews the time of the condition: the deadline counts from the last step.</summary>
    private static void Advance(V1DeploymentStatus status, V1DeploymentCondition? present, string message, DateTime now)
    {
        DeploymentConditions.Remove(status, DeploymentConditions.Progressing);
        DeploymentConditions.Set(status, DeploymentConditions.Progressing, "True", "ReplicaSetUpdated", message, now);
        if (present?.Status == "True")
            DeploymentConditions.Find(status, DeploymentConditions.Progressing)!.LastTransitionTime = present.LastTransitionTime;
    }

    private static bool HasProgressed(V1DeploymentStatus? before, V1DeploymentStatus after) =>
        (after.UpdatedReplicas ?? 0) > (before?.UpdatedReplicas ?? 0)
        || OldOnes(after) < OldOnes(before)
        || (after.ReadyReplicas ?? 0) > (before?.ReadyReplicas ?? 0)
        || (after.AvailableReplicas ?? 0) > (before?.AvailableReplicas ?? 0);

    private static int OldOnes(V1DeploymentStatus? status) => (status?.Replicas ?? 0) - (status?.UpdatedReplicas ?? 0);

    private bool TimedOut(Rollout rollout, V1DeploymentStatus status)
    {
        V1DeploymentCondition? condition = DeploymentConditions.Find(status, DeploymentConditions.Progressing);
        if (condition is null || condition.Reason == DeploymentConditions.NewSetAvailable)
            return false;
        if (condition.Reason == DeploymentConditions.TimedOut)
            return true;
        return condition.LastUpdateTime is { } since && since.AddSeconds(rollout.Deployment.Spec.ProgressDeadlineSeconds ?? 600) < context.Now.UtcDateTime;
    }
}
