// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>What runs pods, and what scales and protects them.</summary>
internal static class WorkloadTables
{
    private const string Template = "spec.template.spec";
    private const string JobTemplate = "spec.jobTemplate.spec";

    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["replicationcontrollers"] = Replicas(Column.LabelMap("Selector", "spec.selector", "Labels of the pods that belong to it.")),
        ["replicasets.apps"] = Replicas(Column.Selector("spec.selector")),
        ["deployments.apps"] = TablePrinter.Of(
            Column.Name, ReadyOfDesired,
            Column.Number("Up-to-date", "status.updatedReplicas", "Pods of the newest template.", "string"),
            Column.Number("Available", "status.availableReplicas", "Pods that have been ready long enough.", "string"),
            Column.Age, Column.Containers(Template).Wide, Column.Images(Template).Wide,
            Column.String("Selector", "Labels of the pods that belong to it.", DeploymentSelector).Wide),
        ["statefulsets.apps"] = TablePrinter.Of(
            Column.Name, ReadyOfDesired, Column.Age, Column.Containers(Template).Wide, Column.Images(Template).Wide),
        ["daemonsets.apps"] = TablePrinter.Of(
            Column.Name,
            Column.Number("Desired", "status.desiredNumberScheduled", "Nodes that should run its pod."),
            Column.Number("Current", "status.currentNumberScheduled", "Nodes that should and do."),
            Column.Number("Ready", "status.numberReady", "Nodes whose pod is ready."),
            Column.Number("Up-to-date", "status.updatedNumberScheduled", "Nodes with a pod of the newest template."),
            Column.Number("Available", "status.numberAvailable", "Nodes whose pod has been ready long enough."),
            Column.LabelMap("Node Selector", Template + ".nodeSelector", "Labels of the nodes that it runs on."),
            Column.Age, Column.Containers(Template).Wide, Column.Images(Template).Wide, Column.Selector("spec.selector").Wide),
        ["jobs.batch"] = TablePrinter.Of(
            Column.Name, Column.String("Status", "What the job is doing.", JobStatus),
            Column.String("Completions", "Pods that succeeded, of those that must.", JobCompletions),
            Column.String("Duration", "Time that the job took, or has taken so far.", JobDuration),
            Column.Age, Column.Containers(Template).Wide, Column.Images(Template).Wide, Column.Selector("spec.selector").Wide),
        ["cronjobs.batch"] = TablePrinter.Of(
            Column.Name, Column.Text("Schedule", "spec.schedule", "When it runs."),
            Column.Text("Timezone", "spec.timeZone", "Zone that the schedule is in.", Column.None),
            Column.Of("Suspend", "boolean", "Whether it is paused.", Suspended),
            Column.Count("Active", "status.active", "Jobs of it that run now."),
            Column.String("Last Schedule", "Time since it last started a job.", LastSchedule),
            Column.Age, Column.Containers(JobTemplate + ".template.spec").Wide, Column.Images(JobTemplate + ".template.spec").Wide,
            Column.Selector(JobTemplate + ".selector").Wide),
        ["controllerrevisions.apps"] = TablePrinter.Of(
            Column.Name, Column.String("Controller", "What it is a revision of.", Controller),
            Column.Number("Revision", "revision", "Its number.", "string"), Column.Age),
        ["horizontalpodautoscalers.autoscaling"] = AutoscalerCells.Printer,
        ["poddisruptionbudgets.policy"] = TablePrinter.Of(
            Column.Name, Column.String("Min Available", "Pods that must stay.", item => Limit(item, "minAvailable")),
            Column.String("Max Unavailable", "Pods that may go.", item => Limit(item, "maxUnavailable")),
            Column.Number("Allowed Disruptions", "status.disruptionsAllowed", "Pods that may go right now."), Column.Age),
    };

    private static CellColumn ReadyOfDesired { get; } = Column.String(
        "Ready", "Pods that are ready, of those wanted.", item => $"{item.Number("status", "readyReplicas")}/{item.Number("spec", "replicas")}");

    private static TablePrinter Replicas(CellColumn selector) => TablePrinter.Of(
        Column.Name, Column.Number("Desired", "spec.replicas", "Pods that are wanted."),
        Column.Number("Current", "status.replicas", "Pods that there are."),
        Column.Number("Ready", "status.readyReplicas", "Pods that are ready."),
        Column.Age, Column.Containers(Template).Wide, Column.Images(Template).Wide, selector.Wide);

    /// <summary>Unlike other kinds, a Deployment shows an empty selector as nothing at all.</summary>
    private static string DeploymentSelector(PrintedObject item) =>
        LabelSelector.TryRead(item.Object("spec", "selector"), out LabelSelector? selector, out _) ? selector.ToString() : "<invalid>";

    private static string JobStatus(PrintedObject job)
    {
        bool Is(string condition) => job.Condition(condition)?.String("status") == "True";
        return Is("Complete") ? "Complete"
            : Is("Failed") ? "Failed"
            : job.IsDeleting ? "Terminating"
            : Is("Suspended") ? "Suspended"
            : Is("FailureTarget") ? "FailureTarget"
            : "Running";
    }

    private static string JobCompletions(PrintedObject job)
    {
        long succeeded = job.Number("status", "succeeded");
        if (job.At("spec", "completions").AsInteger() is { } completions)
            return $"{succeeded}/{completions}";
        long parallelism = job.Number("spec", "parallelism");
        return parallelism > 1 ? $"{succeeded}/1 of {parallelism}" : $"{succeeded}/1";
    }

    private static string JobDuration(PrintedObject job)
    {
        if (!MetaTime.TryParse(job.Text("status", "startTime"), out DateTimeOffset started))
            return "";
        DateTimeOffset ended = MetaTime.TryParse(job.Text("status", "completionTime"), out DateTimeOffset completed) ? completed : job.Now;
        return HumanDuration.Format(ended - started);
    }

    private static Cell Suspended(PrintedObject item) => item.Flag("spec", "suspend") switch
    {
        true => "True",
        false => "False",
        null => Column.Unset,
    };

    private static string LastSchedule(PrintedObject item) =>
        item.Text("status", "lastScheduleTime") is null ? Column.None : item.Since("status", "lastScheduleTime");

    private static string Controller(PrintedObject item)
    {
        JsonObject? owner = item.List("metadata", "ownerReferences").FirstOrDefault(reference => reference.Boolean("controller") == true);
        if (owner is null || !GroupVersion.TryParse(owner.String("apiVersion"), out GroupVersion version))
            return Column.None;
        return $"{new GroupResource(version.Group, owner.String("kind") ?? "")}".ToLowerInvariant() + $"/{owner.String("name")}";
    }

    private static string Limit(PrintedObject budget, string field) =>
        IntOrString.TryRead(budget.At("spec", field), out IntOrString limit) ? limit.ToString() : "N/A";
}
