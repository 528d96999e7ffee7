// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>The annotations by which rollouts are numbered and scaled (pkg/controller/deployment/util).</summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Revision, RevisionHistory, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to",
    ];

    public static long RevisionOf(V1ObjectMeta meta) =>
        meta.Annotations is { } annotations && annotations.TryGetValue(Revision, out string? text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long revision) ? revision : 0;

    public static int? Number(V1ObjectMeta meta, string name) =>
        meta.Annotations is { } annotations && annotations.TryGetValue(name, out string? text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    /// <summary>
    /// What the ReplicaSet of a rollout carries: the Deployment's own annotations, the revision, and the revisions it had before.
    /// Null when <paramref name="set"/> has all that already.
    /// </summary>
    public static Dictionary<string, string>? ForNewSet(V1Deployment deployment, V1ObjectMeta set, long revision, bool isNew)
    {
        var annotations = new Dictionary<string, string>(set.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        bool changed = false;
        foreach ((string name, string value) in deployment.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            if (NotCopied.Contains(name) || (annotations.TryGetValue(name, out string? present) && present == value))
                continue;
            annotations[name] = value;
            changed = true;
        }
        long old = RevisionOf(set);
        if (old < revision)
        {
            if (old > 0 && !isNew)
                annotations[RevisionHistory] = annotations.TryGetValue(RevisionHistory, out string? history) && history.Length > 0 ? $"{history},{old}" : old.ToString();
            annotations[Revision] = revision.ToString();
            changed = true;
        }
        int desired = deployment.Spec.Replicas ?? 1;
        if (isNew)
            changed |= SetReplicas(annotations, desired, desired + RolloutMath.MaxSurge(deployment));
        return changed ? annotations : null;
    }

    /// <summary>True when something changed.</summary>
    public static bool SetReplicas(IDictionary<string, string> annotations, int desired, int max)
    {
        bool changed = Set(annotations, DesiredReplicas, desired.ToString());
        return Set(annotations, MaxReplicas, max.ToString()) || changed;
    }

    private static bool Set(IDictionary<string, string> annotations, string name, string value)
    {
        if (annotations.TryGetValue(name, out string? present) && present == value)
            return false;
        annotations[name] = value;
        return true;
    }
}
