// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.History.Days;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>A run as an object of Kubernetes.</summary>
internal static class RunDocument
{
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    /// <summary>A query's parameter for whoever reads on after any run of a page, as who merges pages does: each run has its place.</summary>
    public const string PlacesParameter = "places";

    private const string Place = "place";

    public static JsonObject Of(RunRecord run)
    {
        var status = new JsonObject { ["finishTime"] = MetaTime.FormatMicro(run.Finished), ["exitCode"] = run.ExitCode, ["outcome"] = OutcomeOf(run) };
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

    public static JsonObject Placed(RunRecord run)
    {
        JsonObject document = Of(run);
        document["status"]![Place] = RunCursor.After(run);
        return document;
    }

    /// <summary>What <see cref="Of"/> or <see cref="Placed"/> wrote. An <see cref="ArgumentException"/>: it is no such document.</summary>
    public static RunRecord Read(JsonObject document)
    {
        JsonObject metadata = document.Object("metadata") ?? [], spec = document.Object("spec") ?? [], status = document.Object("status") ?? [], log = status.Object("log") ?? [];
        (DateOnly day, long id) = RunCursor.Parse(status.String(Place) ?? "") ?? default;
        string name = metadata.String("name") ?? "";
        (string pod, string uid, string container, int attempt) = (spec.String("pod") ?? "", spec.String("podUID") ?? "", spec.String("container") ?? "", (int)(spec.Integer("attempt") ?? 0));
        if (name != RunKey.Name(pod, container, RunKey.Of(uid, container, attempt)))
            throw new ArgumentException($"metadata.name: \"{name}\" is not the name of the run of {pod}, {uid}, {container}, {attempt}", nameof(document));
        return new RunRecord
        {
            Name = name, Namespace = metadata.String("namespace") ?? "", Pod = pod, PodUid = uid, Container = container, Attempt = attempt, Owner = spec.String("owner") ?? "", Node = spec.String("node") ?? "",
            Started = MetaTime.TryParse(status.String("startTime"), out DateTimeOffset started) ? started : null,
            Finished = MetaTime.TryParse(status.String("finishTime"), out DateTimeOffset finished) ? finished : throw new ArgumentException($"run {name} has no finishTime", nameof(document)),
            ExitCode = (int)(status.Integer("exitCode") ?? 0), Reason = status.String("reason") ?? "", Message = status.String("message") ?? "",
            LogBytes = log.Integer("bytes") ?? 0, LogLines = log.Integer("lines") ?? 0, LogLoss = log.String("loss") ?? "", Pinned = status.Boolean("pinned") == true,
            Day = day, Id = id,
        };
    }

    public static string OutcomeOf(RunRecord run) => run.Failed ? Failed : Succeeded;

    public static JsonObject Metadata(RunRecord run) => new()
    {
        ["name"] = run.Name, ["namespace"] = run.Namespace, ["creationTimestamp"] = MetaTime.Format(run.Started ?? run.Finished),
    };
}
