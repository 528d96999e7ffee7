// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Events, of the core form that is stored: single ones, counted ones and series say when and how often in different fields.</summary>
internal static class EventCells
{
    public static TablePrinter Printer { get; } = TablePrinter.Of(
        Column.String("Last Seen", "Time since it last happened.", LastSeen),
        Column.Text("Type", "type", "Normal or Warning."),
        Column.Text("Reason", "reason", "One word for what happened."),
        Column.String("Object", "What it happened to.", Target),
        Column.Text("Subobject", "involvedObject.fieldPath", "Part of the object that it is about.").Wide,
        Column.String("Source", "Who says so.", Source).Wide,
        Column.String("Message", "What happened.", item => (item.Text("message") ?? "").Trim()),
        Column.String("First Seen", "Time since it first happened.", FirstSeen).Wide,
        Column.Of("Count", "string", "How often it happened.", Count).Wide,
        Column.Name.Wide);

    private static string FirstSeen(PrintedObject item)
    {
        string first = item.Since("firstTimestamp");
        return first == HumanDuration.Unknown ? item.Since("eventTime") : first;
    }

    private static string LastSeen(PrintedObject item)
    {
        if (item.Object("series") is not null)
            return item.Since("series", "lastObservedTime");
        string last = item.Since("lastTimestamp");
        return last == HumanDuration.Unknown ? FirstSeen(item) : last;
    }

    private static Cell Count(PrintedObject item) =>
        item.Object("series") is not null ? item.Number("series", "count") : Math.Max(1, item.Number("count"));

    private static string Target(PrintedObject item)
    {
        string kind = (item.Text("involvedObject", "kind") ?? "").ToLowerInvariant();
        return item.Text("involvedObject", "name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string Source(PrintedObject item)
    {
        string component = First(item.Text("source", "component"), item.Text("reportingComponent"));
        string instance = First(item.Text("source", "host"), item.Text("reportingInstance"));
        return instance.Length == 0 ? component : $"{component}, {instance}";
    }

    private static string First(string? preferred, string? other) => string.IsNullOrEmpty(preferred) ? other ?? "" : preferred;
}
