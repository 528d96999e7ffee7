// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>Controllers of pods.</summary>
internal static class WorkloadDefaults
{
    public static void WithTemplate(KubeObject workload) => PodDefaults.Template(workload.Spec?.Object("template"));

    public static void Deployment(KubeObject deployment)
    {
        WithTemplate(deployment);
        if (deployment.Spec?.Object("strategy") is { } strategy && strategy.String("type") == "RollingUpdate" && !strategy.ContainsKey("rollingUpdate"))
            strategy["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = "25%" };
    }

    public static void DaemonSet(KubeObject set)
    {
        WithTemplate(set);
        if (set.Spec?.Object("updateStrategy") is { } strategy && strategy.String("type") == "RollingUpdate" && !strategy.ContainsKey("rollingUpdate"))
            strategy["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1L, ["maxSurge"] = 0L };
    }

    public static void StatefulSet(KubeObject set)
    {
        WithTemplate(set);
        if (set.Spec is not { } spec)
            return;
        JsonObject strategy = spec.ObjectOrNew("updateStrategy");
        if (!strategy.ContainsKey("type"))
        {
            strategy["type"] = "RollingUpdate";
            strategy.ObjectOrNew("rollingUpdate");
        }
        if (strategy.String("type") == "RollingUpdate" && strategy.Object("rollingUpdate") is { } rolling && !rolling.ContainsKey("partition"))
            rolling["partition"] = 0L;
        foreach (JsonObject claim in spec.Array("volumeClaimTemplates")?.OfType<JsonObject>() ?? [])
        {
            claim["apiVersion"] = "v1";
            claim["kind"] = "PersistentVolumeClaim";
        }
    }

    public static void ReplicationController(KubeObject controller)
    {
        WithTemplate(controller);
        if (controller.Spec is not { } spec || spec.Object("template")?.Object("metadata")?.Object("labels") is not { } labels)
            return;
        if (spec.Object("selector") is not { Count: > 0 })
            spec["selector"] = labels.DeepClone();
        if (controller.Labels is not { Count: > 0 })
            controller.Metadata["labels"] = labels.DeepClone();
    }

    public static void Job(KubeObject job)
    {
        WithTemplate(job);
        if (job.Spec is not { } spec)
            return;
        if (!spec.ContainsKey("parallelism") && !spec.ContainsKey("completions"))
            spec["completions"] = 1L;
        spec.TryAdd("parallelism", 1L);
        spec.TryAdd("backoffLimit", spec.ContainsKey("backoffLimitPerIndex") ? int.MaxValue : 6L);
        spec.TryAdd("completionMode", "NonIndexed");
        spec.TryAdd("suspend", false);
        spec.TryAdd("podReplacementPolicy", spec.ContainsKey("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        if (spec.Object("template")?.Object("metadata")?.Object("labels") is { } labels && job.Labels is not { Count: > 0 })
            job.Metadata["labels"] = labels.DeepClone();
    }

    public static void CronJob(KubeObject job) => PodDefaults.Template(job.Spec?.Object("jobTemplate")?.Object("spec")?.Object("template"));
}
