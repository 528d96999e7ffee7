// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Kinds of the core group.</summary>
internal static class CoreTables
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["pods"] = PodCells.Printer,
        ["podtemplates"] = TablePrinter.Of(
            Column.Name, Column.Containers("template.spec"), Column.Images("template.spec"),
            Column.LabelMap("Pod Labels", "template.metadata.labels", "Labels of the template.")),
        ["nodes"] = Nodes(),
        ["namespaces"] = TablePrinter.Of(Column.Name, Column.Text("Status", "status.phase", "Whether the namespace is in use or going."), Column.Age),
        ["secrets"] = TablePrinter.Of(
            Column.Name, Column.Text("Type", "type", "What the data is for."), Column.Count("Data", "data", "Number of entries.", "string"), Column.Age),
        ["configmaps"] = TablePrinter.Of(
            Column.Name, Column.Of("Data", "string", "Number of entries.", item => item.Count("data") + item.Count("binaryData")), Column.Age),
        ["serviceaccounts"] = TablePrinter.Of(
            Column.Name, Column.Count("Secrets", "secrets", "Number of secrets that its pods may use.", "string"), Column.Age),
        ["events"] = EventCells.Printer,
        ["resourcequotas"] = TablePrinter.Of(
            Column.Name, Column.String("Request", "What is used of requests and counts, and what may be.", item => Quota(item, limits: false)),
            Column.String("Limit", "What is used of limits, and what may be.", item => Quota(item, limits: true)), Column.Age),
        ["componentstatuses"] = TablePrinter.Of(
            Column.Name, Column.String("Status", "Whether the component is healthy.", ComponentStatus),
            Column.String("Message", "What its health check said.", item => Healthy(item)?.String("message") ?? ""),
            Column.String("Error", "Why its health check failed.", item => Healthy(item)?.String("error") ?? "")),
    };

    private static TablePrinter Nodes() => TablePrinter.Of(
        Column.Name,
        Column.String("Status", "Whether the node is ready, and whether pods may be placed on it.", NodeStatus),
        Column.String("Roles", "Roles that its labels give it.", NodeRoles),
        Column.Age,
        Column.Text("Version", "status.nodeInfo.kubeletVersion", "Version of the node agent."),
        Column.String("Internal-IP", "First address inside the cluster.", item => Address(item, "InternalIP")).Wide,
        Column.String("External-IP", "First address outside the cluster.", item => Address(item, "ExternalIP")).Wide,
        NodeInfo("OS-Image", "osImage", "Operating system.").Wide,
        NodeInfo("Kernel-Version", "kernelVersion", "Version of its kernel.").Wide,
        NodeInfo("Container-Runtime", "containerRuntimeVersion", "What runs its containers.").Wide);

    private static CellColumn NodeInfo(string name, string field, string description) => Column.String(
        name, description, item => item.Text("status", "nodeInfo", field) is { Length: > 0 } text ? text : HumanDuration.Unknown);

    private static string NodeStatus(PrintedObject node)
    {
        string status = node.Condition("Ready") is not { } ready ? "Unknown" : ready.String("status") == "True" ? "Ready" : "NotReady";
        return node.Flag("spec", "unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    private static string NodeRoles(PrintedObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string label, JsonNode? value) in node.Object("metadata", "labels") ?? [])
        {
            if (label.StartsWith(RolePrefix, StringComparison.Ordinal))
                roles.Add(label[RolePrefix.Length..]);
            else if (label == RoleLabel)
                roles.Add(PrintedObject.TextOf(value) ?? "");
        }
        roles.Remove("");
        return roles.Count == 0 ? Column.None : string.Join(',', roles);
    }

    private static string Address(PrintedObject node, string type) =>
        node.List("status", "addresses").FirstOrDefault(address => address.String("type") == type)?.String("address") ?? Column.None;

    private static string Quota(PrintedObject quota, bool limits)
    {
        JsonObject? used = quota.Object("status", "used");
        return string.Join(", ", (quota.Object("status", "hard") ?? [])
            .Where(hard => hard.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
            .OrderBy(hard => hard.Key, StringComparer.Ordinal)
            .Select(hard => $"{hard.Key}: {Amounts.Print(used?[hard.Key])}/{Amounts.Print(hard.Value)}"));
    }

    private static JsonObject? Healthy(PrintedObject component) =>
        component.List("conditions").FirstOrDefault(condition => condition.String("type") == "Healthy");

    private static string ComponentStatus(PrintedObject component) =>
        Healthy(component) is not { } condition ? "Unknown" : condition.String("status") == "True" ? "Healthy" : "Unhealthy";
}

/// <summary>Quantities as text.</summary>
internal static class Amounts
{
    /// <summary>The canonical spelling; <c>0</c> for none.</summary>
    public static string Print(JsonNode? node)
    {
        string? text = PrintedObject.TextOf(node) ?? node.AsInteger()?.ToString();
        return Quantity.TryParse(text, out Quantity quantity) ? quantity.ToString() : text ?? "0";
    }
}
