// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>Runs and days as objects of Kubernetes.</summary>
internal static class HistoryDocuments
{
    private const string DayName = "yyyy-MM-dd";

    /// <param name="page">Some of them.</param>
    /// <param name="placed">Each with its place, from which a query goes on after it.</param>
    public static JsonObject RunList(RunPage page, bool placed) => List("RunList", page.Items.Select(run => placed ? RunDocument.Placed(run) : RunDocument.Of(run)), page.Continue);

    /// <summary>Rows as kubectl prints them.</summary>
    public static JsonObject RunTable(RunPage page) => Table(
        ["Name", "Pod", "Container", "Owner", "Status", "Exit", "Reason", "Started", "Finished"],
        page.Items.Select(run => (
            RunDocument.Metadata(run),
            new JsonArray(
                run.Name, run.Pod, run.Container, run.Owner, RunDocument.OutcomeOf(run), run.ExitCode, run.Reason, run.Started is { } started ? MetaTime.Format(started) : "<unknown>",
                MetaTime.Format(run.Finished)))),
        page.Continue);

    public static JsonObject Day(DaySummary day) => new()
    {
        ["kind"] = "Day", ["apiVersion"] = HistoryApi.ApiVersion, ["metadata"] = new JsonObject { ["name"] = NameOf(day.Day) },
        ["status"] = new JsonObject
        {
            ["runs"] = day.Runs, ["failed"] = day.Failed, ["pinned"] = day.Pinned, ["logBytes"] = day.LogBytes, ["logBytesStored"] = day.LogSize, ["bytes"] = day.Bytes,
        },
    };

    /// <summary>What <see cref="Day"/> wrote. An <see cref="ArgumentException"/>: it is no such document.</summary>
    public static DaySummary ReadDay(JsonObject document)
    {
        JsonObject status = document.Object("status") ?? [];
        return DateOnly.TryParseExact(document.Object("metadata")?.String("name"), DayName, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? new DaySummary(day, Of("runs"), Of("failed"), Of("pinned"), Of("logBytes"), Of("logBytesStored"), Of("bytes"))
            : throw new ArgumentException("metadata.name is no day", nameof(document));

        long Of(string name) => status.Integer(name) ?? 0;
    }

    public static JsonObject DayList(IReadOnlyList<DaySummary> days) => List("DayList", days.Select(Day), "");

    public static JsonObject DayTable(IReadOnlyList<DaySummary> days) => Table(
        ["Name", "Runs", "Failed", "Pinned", "Log bytes", "Stored", "Bytes"],
        days.Select(day => (new JsonObject { ["name"] = NameOf(day.Day) }, new JsonArray(NameOf(day.Day), day.Runs, day.Failed, day.Pinned, day.LogBytes, day.LogSize, day.Bytes))),
        "");

    public static JsonObject Events(IReadOnlyList<PodEvent> events) => List(
        "RunEventList",
        events.Select(happened => new JsonObject
        {
            ["time"] = MetaTime.FormatMicro(happened.At), ["type"] = happened.Type, ["reason"] = happened.Reason, ["source"] = happened.Source, ["message"] = happened.Message,
            ["count"] = happened.Count,
        }),
        "");

    public static string NameOf(DateOnly day) => day.ToString(DayName, CultureInfo.InvariantCulture);

    private static JsonObject List(string kind, IEnumerable<JsonObject> items, string next)
    {
        var metadata = new JsonObject();
        if (next.Length > 0)
            metadata["continue"] = next;
        return new JsonObject { ["kind"] = kind, ["apiVersion"] = HistoryApi.ApiVersion, ["metadata"] = metadata, ["items"] = new JsonArray([.. items]) };
    }

    private static JsonObject Table(string[] columns, IEnumerable<(JsonObject Metadata, JsonArray Cells)> rows, string next)
    {
        var metadata = new JsonObject();
        if (next.Length > 0)
            metadata["continue"] = next;
        return new JsonObject
        {
            ["kind"] = "Table", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata,
            ["columnDefinitions"] = new JsonArray([.. columns.Select((name, i) => (JsonNode)new JsonObject
            {
                ["name"] = name, ["type"] = "string", ["format"] = i == 0 ? "name" : "", ["description"] = "", ["priority"] = 0,
            })]),
            ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject
            {
                ["cells"] = row.Cells,
                ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = row.Metadata },
            })]),
        };
    }
}
