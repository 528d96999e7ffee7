// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies;
using Pelago.Engine.Strategies.Policy;
using Pelago.Engine.Strategies.Workloads;
using static Pelago.Engine.Registry.SubresourceRows;

namespace Pelago.Engine.Registry;

/// <summary>apps, batch, autoscaling, policy and scheduling.</summary>
internal static class WorkloadKinds
{
    public static IEnumerable<ResourceKind> Rows(RowSources sources) => [.. Apps(sources), .. Batch(sources), .. Policies(sources)];

    private static IEnumerable<ResourceKind> Apps(RowSources sources)
    {
        yield return sources.Row("apps", "v1", "ControllerRevision", "controllerrevisions") with { Strategy = new FixedFieldsStrategy("data") };
        yield return sources.Row("apps", "v1", "DaemonSet", "daemonsets") with
        {
            ShortNames = ["ds"],
            Strategy = new DaemonSetStrategy(),
            Categories = ["all"],
            HasGeneration = true,
            Subresources = [Status("DaemonSet")],
        };
        yield return sources.Row("apps", "v1", "Deployment", "deployments") with
        {
            ShortNames = ["deploy"],
            Strategy = new DeploymentStrategy(),
            Categories = ["all"],
            HasGeneration = true,
            Subresources = [Scale(ScaleMapping.Workload), Status("Deployment")],
        };
        yield return sources.Row("apps", "v1", "ReplicaSet", "replicasets") with
        {
            ShortNames = ["rs"],
            Strategy = new ReplicaSetStrategy(hasPlainSelector: false),
            Categories = ["all"],
            HasGeneration = true,
            Fields = new FieldIndex(new SelectableField("status.replicas", "0")),
            Subresources = [Scale(ScaleMapping.Workload), Status("ReplicaSet")],
        };
        yield return sources.Row("apps", "v1", "StatefulSet", "statefulsets") with
        {
            ShortNames = ["sts"],
            Strategy = new StatefulSetStrategy(),
            Categories = ["all"],
            HasGeneration = true,
            Subresources = [Scale(ScaleMapping.Workload), Status("StatefulSet")],
        };
    }

    private static IEnumerable<ResourceKind> Batch(RowSources sources)
    {
        yield return sources.Row("batch", "v1", "CronJob", "cronjobs") with
        {
            ShortNames = ["cj"],
            Strategy = new CronJobStrategy(),
            Categories = ["all"],
            HasGeneration = true,
            Subresources = [Status("CronJob")],
        };
        yield return sources.Row("batch", "v1", "Job", "jobs") with
        {
            Strategy = new JobStrategy(),
            Categories = ["all"],
            HasGeneration = true,
            DefaultGarbagePolicy = GarbagePolicy.Orphan,
            Fields = new FieldIndex(new SelectableField("status.successful", ["status.succeeded"], "0")),
            Subresources = [Status("Job")],
        };
    }

    private static IEnumerable<ResourceKind> Policies(RowSources sources)
    {
        yield return AutoscalerVersions.Views(sources.Row("autoscaling", "v2 v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers")) with
        {
            ShortNames = ["hpa"],
            Strategy = new AutoscalerStrategy(),
            Categories = ["all"],
            Subresources = [Status("HorizontalPodAutoscaler")],
        };
        yield return sources.Row("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets") with
        {
            ShortNames = ["pdb"],
            Strategy = new DisruptionBudgetStrategy(),
            HasGeneration = true,
            AllowUnconditionalUpdate = false,
            Subresources = [Status("PodDisruptionBudget")],
        };
        yield return sources.Row("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", namespaced: false) with
        {
            ShortNames = ["pc"],
            Strategy = new PriorityClassStrategy(),
            HasGeneration = true,
        };
    }
}
