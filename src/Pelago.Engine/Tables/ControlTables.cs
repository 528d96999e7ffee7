// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Access, admission, extension, leases, priorities, flow control.</summary>
internal static class ControlTables
{
    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["rolebindings.rbac.authorization.k8s.io"] = Bindings(),
        ["clusterrolebindings.rbac.authorization.k8s.io"] = Bindings(),
        ["certificatesigningrequests.certificates.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Age,
            Column.String("SignerName", "Who is asked to sign.", item => item.Text("spec", "signerName") is { Length: > 0 } name ? name : Column.None),
            Column.Text("Requestor", "spec.username", "Who asks."),
            Column.String("RequestedDuration", "How long the certificate should hold.", RequestedDuration),
            Column.String("Condition", "How far it has come.", SigningCondition)),
        ["nodes.metrics.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("CPU", "usage.cpu", "Processors in use."), Column.Text("Memory", "usage.memory", "Memory in use."),
            Column.Text("Window", "window", "Time that the use was measured over.")),
        ["pods.metrics.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.String("CPU", "Processors that all containers use.", item => Sum(item, "cpu", "n")),
            Column.String("Memory", "Memory that all containers use.", item => Sum(item, "memory", "Ki")),
            Column.Text("Window", "window", "Time that the use was measured over.")),
        ["leases.coordination.k8s.io"] = TablePrinter.Of(Column.Name, Column.Text("Holder", "spec.holderIdentity", "Who holds it."), Column.Age),
        ["priorityclasses.scheduling.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Number("Value", "value", "Priority of pods of this class."),
            Column.Flag("Global-Default", "globalDefault", "Whether pods without a class are of this one."), Column.Age,
            Column.Text("PreemptionPolicy", "preemptionPolicy", "Whether its pods may push others out.")),
        ["runtimeclasses.node.k8s.io"] = TablePrinter.Of(Column.Name, Column.Text("Handler", "handler", "Runtime of its pods."), Column.Age),
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = Webhooks(),
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = Webhooks(),
        ["validatingadmissionpolicies.admissionregistration.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Count("Validations", "spec.validations", "Rules of the policy."),
            Column.String("ParamKind", "Kind of the objects that parameterize it.", ParamKind), Column.Age),
        ["validatingadmissionpolicybindings.admissionregistration.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("PolicyName", "spec.policyName", "Policy that it puts to work."),
            Column.String("ParamRef", "Object that parameterizes the policy here.", ParamRef), Column.Age),
        ["apiservices.apiregistration.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.String("Service", "What serves this version of the group.", ApiService),
            Column.String("Available", "Whether it answers.", Available), Column.Age),
        ["flowschemas.flowcontrol.apiserver.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("PriorityLevel", "spec.priorityLevelConfiguration.name", "Level of requests that match."),
            Column.Number("MatchingPrecedence", "spec.matchingPrecedence", "Order of matching; lower first.", "string"),
            Column.Text("DistinguisherMethod", "spec.distinguisherMethod.type", "What tells one flow from another.", Column.None), Column.Age,
            Column.String("MissingPL", "Whether its level is missing.", item => item.Condition("Dangling")?.String("status") ?? "?")),
        ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("Type", "spec.type", "Whether requests of this level are limited."),
            Level("NominalConcurrencyShares", "nominalConcurrencyShares", "Its share of what can run at once."),
            Queuing("Queues", "queues", "Number of queues."), Queuing("HandSize", "handSize", "Queues that one flow may use."),
            Queuing("QueueLengthLimit", "queueLengthLimit", "Requests that one queue may hold."), Column.Age),
        ["scales.autoscaling"] = TablePrinter.Of(
            Column.Name with { Column = Column.Name.Column with { Format = "" } }, Column.Number("Desired", "spec.replicas", "Pods that are wanted."),
            Column.Number("Available", "status.replicas", "Pods that there are."), Column.Age),
    };

    private static TablePrinter Bindings() => TablePrinter.Of(
        Column.Name, Column.String("Role", "Role that is given.", item => $"{item.Text("roleRef", "kind")}/{item.Text("roleRef", "name")}"), Column.Age,
        Subjects("Users", "Users that have the role.", "User", subject => subject.String("name") ?? "").Wide,
        Subjects("Groups", "Groups that have the role.", "Group", subject => subject.String("name") ?? "").Wide,
        Subjects("ServiceAccounts", "Service accounts that have the role.", "ServiceAccount", subject => $"{subject.String("namespace")}/{subject.String("name")}").Wide);

    private static CellColumn Subjects(string name, string description, string kind, Func<JsonObject, string> print) => Column.String(
        name, description, item => string.Join(", ", item.List("subjects").Where(subject => subject.String("kind") == kind).Select(print)));

    private static TablePrinter Webhooks() =>
        TablePrinter.Of(Column.Name, Column.Count("Webhooks", "webhooks", "Webhooks of this configuration."), Column.Age);

    private static string RequestedDuration(PrintedObject item) => item.At("spec", "expirationSeconds").AsInteger() is { } seconds
        ? HumanDuration.Format(TimeSpan.FromSeconds(seconds))
        : Column.None;

    private static string SigningCondition(PrintedObject item)
    {
        string status = item.Condition("Denied") is not null ? "Denied" : item.Condition("Approved") is not null ? "Approved" : "Pending";
        if (item.Condition("Failed") is not null)
            status += ",Failed";
        return string.IsNullOrEmpty(item.Text("status", "certificate")) ? status : status + ",Issued";
    }

    private static string ParamKind(PrintedObject item) => item.Object("spec", "paramKind") is { } kind
        ? $"{kind.String("apiVersion")}/{kind.String("kind")}"
        : Column.Unset;

    private static string ParamRef(PrintedObject item)
    {
        if (item.Object("spec", "paramRef") is not { } reference)
            return Column.Unset;
        if (reference.String("name") is { Length: > 0 } name)
            return $"{(reference.String("namespace") is { Length: > 0 } ns ? ns : "*")}/{name}";
        return reference.Object("selector") is { } selector ? Labels.Selector(selector) : Column.Unset;
    }

    private static string ApiService(PrintedObject item) =>
        item.Object("spec", "service") is { } service ? $"{service.String("namespace")}/{service.String("name")}" : "Local";

    private static string Available(PrintedObject item)
    {
        if (item.Condition("Available") is not { } condition)
            return "Unknown";
        string status = condition.String("status") ?? "";
        return status != "True" && condition.String("reason") is { Length: > 0 } reason ? $"{status} ({reason})" : status;
    }

    private static string Sum(PrintedObject item, string resource, string unit) => (item.Json.Array("containers") ?? []).OfType<JsonObject>()
        .Sum(container => long.TryParse(container.Object("usage")?.String(resource)?.Replace(unit, "", StringComparison.Ordinal), out long used) ? used : 0) + unit;

    private static CellColumn Level(string name, string field, string description) => Column.Of(
        name, "string", description, item => NumberOrNone(item.Object("spec", "limited"), field));

    private static CellColumn Queuing(string name, string field, string description) => Column.Of(
        name, "string", description, item => NumberOrNone(item.Object("spec", "limited", "limitResponse", "queuing"), field));

    private static Cell NumberOrNone(JsonObject? json, string field) => json is null ? Column.None : json.Integer(field) ?? 0;
}
