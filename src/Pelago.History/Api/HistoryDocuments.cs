// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>Runs and days as objects of Kubernetes.</summary>
internal static class HistoryDocuments
{
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static JsonObject Run(RunRecord run)
    {
        var status = new JsonObject { ["finishTime"] = MetaTime.FormatMicro(run.Finished), ["exitCode"] = run.ExitCode, ["outcome"] = run.Failed ? Failed : Succeeded };
        if (run.Started is { } started)
            status.Insert(0, "startTime", MetaTime.FormatMicro(started));
        if (run.Reason.Length > 0)
            status["reason"] = run.Reason;
        if (run.Message.Length > 0)
            status["message"] = run.Message;
        var log = new JsonObject { ["bytes"] = run.LogBytes, ["lines"] = run.LogLines };
        if (run.LogLoss.Length > 0)
            log["loss"] = run.LogLoss;
        status["log"] = log;
        if (run.Pinned)
            status["pinned"] = true;
        return new JsonObject
        {
            ["kind"] = "Run", ["apiVersion"] = HistoryApi.ApiVersion, ["metadata"] = Metadata(run),
            ["spec"] = new JsonObject
            {
                ["pod"] = run.Pod, ["podUID"] = run.PodUid, ["container"] = run.Container, ["attempt"] = run.Attempt, ["owner"] = run.Owner, ["node"] = run.Node,
            },
            ["status"] = status,
        };
    }

    public static JsonObject RunList(RunPage page) => List("RunList", page.Items.Select(Run), page.Continue);

    /// <summary>Rows as kubectl prints them.</summary>
    public static JsonObject RunTable(RunPage page) => Table(
        ["Name", "Pod", "Container", "Owner", "Status", "Exit", "Reason", "Started", "Finished"],
        page.Items.Select(run => (
            Metadata(run),
            new JsonArray(
                run.Name, run.Pod, run.Container, run.Owner, run.Failed ? Failed : Succeeded, run.ExitCode, run.Reason, run.Started is { } started ? MetaTime.Format(started) : "<unknown>",
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

    public static string NameOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static JsonObject Metadata(RunRecord run) => new()
    {
        ["name"] = run.Name, ["namespace"] = run.Namespace, ["creationTimestamp"] = MetaTime.Format(run.Started ?? run.Finished),
    };

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
