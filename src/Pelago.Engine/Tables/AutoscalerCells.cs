// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>HorizontalPodAutoscalers, of the autoscaling/v2 form that is stored.</summary>
internal static class AutoscalerCells
{
    private const int Shown = 2;
    private const string Unknown = "<unknown>";

    public static TablePrinter Printer { get; } = TablePrinter.Of(
        Column.Name,
        Column.String("Reference", "What it scales.", item => $"{item.Text("spec", "scaleTargetRef", "kind")}/{item.Text("spec", "scaleTargetRef", "name")}"),
        Column.String("Targets", "Each metric as it is, and as it should be.", Targets),
        Column.String("MinPods", "Pods at least.", item => item.At("spec", "minReplicas").AsInteger()?.ToString() ?? Column.Unset),
        Column.Number("MaxPods", "spec.maxReplicas", "Pods at most.", "string"),
        Column.Number("Replicas", "status.currentReplicas", "Pods that there are.", "string"),
        Column.Age);

    private static string Targets(PrintedObject item)
    {
        IReadOnlyList<JsonObject> wanted = item.List("spec", "metrics");
        IReadOnlyList<JsonObject> current = item.List("status", "currentMetrics");
        if (wanted.Count == 0)
            return Column.None;
        IEnumerable<string> shown = wanted.Take(Shown).Select((metric, i) => Target(metric, i < current.Count ? current[i] : null));
        string text = string.Join(", ", shown);
        return wanted.Count > Shown ? $"{text} + {wanted.Count - Shown} more..." : text;
    }

    private static string Target(JsonObject metric, JsonObject? current) => metric.String("type") switch
    {
        "External" => OfValue(metric.Object("external"), current?.Object("external")),
        "Object" => OfValue(metric.Object("object"), current?.Object("object")),
        "Pods" => $"{Average(current?.Object("pods"))}/{Amounts.Print(metric.At("pods", "target", "averageValue"))}",
        "Resource" => OfResource(metric.Object("resource"), current?.Object("resource")),
        "ContainerResource" => OfResource(metric.Object("containerResource"), current?.Object("containerResource")),
        _ => "<unknown type>",
    };

    private static string OfValue(JsonObject? metric, JsonObject? current)
    {
        if (metric?.At("target", "averageValue") is { } average)
        {
            string now = current?.At("current", "averageValue") is { } value ? Amounts.Print(value) : Unknown;
            return $"{now}/{Amounts.Print(average)} (avg)";
        }
        return $"{(current is null ? Unknown : Amounts.Print(current.At("current", "value")))}/{Amounts.Print(metric?.At("target", "value"))}";
    }

    private static string OfResource(JsonObject? metric, JsonObject? current)
    {
        string name = metric?.String("name") ?? "";
        if (metric?.At("target", "averageValue") is { } value)
            return $"{name}: {Average(current)}/{Amounts.Print(value)}";
        string now = current?.At("current", "averageUtilization").AsInteger() is { } used ? $"{used}%" : Unknown;
        string target = metric?.At("target", "averageUtilization").AsInteger() is { } wanted ? $"{wanted}%" : "<auto>";
        return $"{name}: {now}/{target}";
    }

    private static string Average(JsonObject? current) => current is null ? Unknown : Amounts.Print(current.At("current", "averageValue"));
}
