// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Controllers;

namespace Pelago.Packages.Health;

/// <summary>Whether an object is as it should be, by its status alone. Kinds that have no health of their own are well once they are there.</summary>
internal static class ObjectHealth
{
    public static StepOutcome Judge(KubeObject live)
    {
        if (live.IsDeleting)
            return StepOutcome.Waits("is being deleted");
        return live.Kind switch
        {
            "Deployment" => Deployment(live),
            "StatefulSet" => Workload(live, live.Spec?.Integer("replicas") ?? 1, Counted(live, "updatedReplicas", "readyReplicas"), "readyReplicas"),
            "ReplicaSet" or "ReplicationController" => Workload(live, live.Spec?.Integer("replicas") ?? 1, "readyReplicas", "readyReplicas"),
            "DaemonSet" => Workload(live, live.Status?.Integer("desiredNumberScheduled") ?? 0, Counted(live, "updatedNumberScheduled", "numberReady"), "numberReady"),
            "Job" => Job(live),
            "Pod" => Pod(live),
            "PersistentVolumeClaim" => live.Status?.String("phase") == "Bound" ? StepOutcome.Done : StepOutcome.Waits("has no volume yet"),
            "Service" => Service(live),
            "CustomResourceDefinition" => IsTrue(live, "Established") ? StepOutcome.Done : StepOutcome.Waits("is not established yet"),
            "APIService" => IsTrue(live, "Available") ? StepOutcome.Done : StepOutcome.Waits("is not available yet"),
            _ => StepOutcome.Done,
        };
    }

    private static bool IsObserved(KubeObject live) => (live.Status?.Integer("observedGeneration") ?? 0) >= live.Generation;

    private static bool IsTrue(KubeObject live, string type) => Condition(live, type)?.String("status") == "True";

    private static JsonObject? Condition(KubeObject live, string type) =>
        (live.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    private static StepOutcome Deployment(KubeObject live)
    {
        if (IsObserved(live) && Condition(live, "Progressing") is { } progress && progress.String("reason") == "ProgressDeadlineExceeded")
            return StepOutcome.Failed($"made no progress in time: {progress.String("message")}");
        long wanted = live.Spec?.Integer("replicas") ?? 1;
        StepOutcome outcome = Workload(live, wanted, "updatedReplicas", "readyReplicas");
        // Of before may still be there.
        long all = live.Status?.Integer("replicas") ?? 0;
        return outcome.IsDone && all > wanted ? StepOutcome.Waits($"{all - wanted} of before {(all - wanted == 1 ? "is" : "are")} still there") : outcome;
    }

    /// <summary>Where pods of before are to stay until somebody deletes them, or some are held back, only readiness says anything.</summary>
    private static string Counted(KubeObject live, string updated, string ready)
    {
        JsonObject? strategy = live.Spec?.Object("updateStrategy");
        return strategy?.String("type") == "OnDelete" || strategy?.Object("rollingUpdate")?.Integer("partition") > 0 ? ready : updated;
    }

    private static StepOutcome Workload(KubeObject live, long wanted, string updated, string ready)
    {
        if (!IsObserved(live))
            return StepOutcome.Waits("was not looked at yet");
        long isUpdated = live.Status?.Integer(updated) ?? 0, isReady = live.Status?.Integer(ready) ?? 0;
        return Math.Min(isUpdated, isReady) >= wanted ? StepOutcome.Done : StepOutcome.Waits($"{Math.Min(isUpdated, isReady)} of {wanted} ready");
    }

    private static StepOutcome Job(KubeObject live)
    {
        if (IsTrue(live, "Complete"))
            return StepOutcome.Done;
        return IsTrue(live, "Failed") ? StepOutcome.Failed($"failed: {Condition(live, "Failed")!.String("message")}") : StepOutcome.Waits("has not ended yet");
    }

    private static StepOutcome Pod(KubeObject live) => live.Status?.String("phase") switch
    {
        "Succeeded" => StepOutcome.Done,
        "Failed" => StepOutcome.Failed($"failed: {live.Status.String("message") ?? live.Status.String("reason") ?? "see its logs"}"),
        _ => IsTrue(live, "Ready") ? StepOutcome.Done : StepOutcome.Waits("is not ready"),
    };

    /// <summary>Whether anybody answers is the workloads' matter; a load balancer has to have given an address.</summary>
    private static StepOutcome Service(KubeObject live)
    {
        string type = live.Spec?.String("type") ?? "ClusterIP";
        if (type == "LoadBalancer" && (live.Status?.Object("loadBalancer")?.Array("ingress") ?? []).Count == 0)
            return StepOutcome.Waits("no load balancer has given it an address yet");
        return type == "ExternalName" || live.Spec?.String("clusterIP") is { Length: > 0 } ? StepOutcome.Done : StepOutcome.Waits("has no address yet");
    }
}
