// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>The conditions that <c>kubectl rollout status</c> and <c>wait</c> read; reasons and words are upstream's.</summary>
internal static class DeploymentConditions
{
    public const string Progressing = "Progressing";
    public const string Available = "Available";
    public const string ReplicaFailure = "ReplicaFailure";
    public const string TimedOut = "ProgressDeadlineExceeded";
    public const string NewSetAvailable = "NewReplicaSetAvailable";
    public const string Paused = "DeploymentPaused";

    public static V1DeploymentCondition? Find(V1DeploymentStatus? status, string type) =>
        status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>
    /// Puts the condition there in place of its predecessor; one of the same status and reason is left as it is, and a transition time
    /// changes only with the status.
    /// </summary>
    public static void Set(V1DeploymentStatus status, string type, string value, string reason, string message, DateTime now)
    {
        V1DeploymentCondition? present = Find(status, type);
        if (present is not null && present.Status == value && present.Reason == reason)
            return;
        var condition = new V1DeploymentCondition
        {
            Type = type, Status = value, Reason = reason, Message = message, LastUpdateTime = now,
            LastTransitionTime = present?.Status == value ? present.LastTransitionTime : now,
        };
        status.Conditions = [.. (status.Conditions ?? []).Where(other => other.Type != type), condition];
    }

    public static void Remove(V1DeploymentStatus status, string type) =>
        status.Conditions = [.. (status.Conditions ?? []).Where(other => other.Type != type)];
}
