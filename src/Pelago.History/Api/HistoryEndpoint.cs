// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>
/// history.pelago.dev/v1alpha1 over one store, for an API server that has asked already whether the user may: runs of a namespace or of all, a run, its log,
/// its Events, its pin; days and their runs as Parquet.
/// </summary>
public sealed class HistoryEndpoint(HistoryStore store)
{
    private static readonly GroupResource Runs = new(HistoryApi.Group, HistoryApi.Runs);
    private static readonly GroupResource Days = new(HistoryApi.Group, HistoryApi.Days);

    public async Task HandleAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        try
        {
            await RouteAsync(http, asked, cancel);
        }
        catch (HistoryException fault)
        {
            throw new ApiStatusException(ApiStatus.Internal(fault.Message));
        }
    }

    private Task RouteAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel) => asked switch
    {
        { Resource: HistoryApi.Runs, Subresource: "", Verb: "list" } => ListAsync(http, asked.Namespace, cancel),
        { Resource: HistoryApi.Runs, Subresource: "", Verb: "get", Namespace.Length: > 0 } => GetAsync(http, asked, cancel),
        { Resource: HistoryApi.Runs, Subresource: HistoryApi.Log, Verb: "get", Namespace.Length: > 0 } => LogAsync(http, asked, cancel),
        { Resource: HistoryApi.Runs, Subresource: HistoryApi.Events, Verb: "get", Namespace.Length: > 0 } =>
            WriteAsync(http, HistoryDocuments.Events(store.Events(Find(asked))), cancel),
        { Resource: HistoryApi.Runs, Subresource: HistoryApi.Pin, Verb: "create" or "delete", Namespace.Length: > 0 } => PinAsync(http, asked, cancel),
        { Resource: HistoryApi.Days, Subresource: "", Verb: "list", Namespace: "" } => DaysAsync(http, cancel),
        { Resource: HistoryApi.Days, Subresource: "", Verb: "get", Namespace: "" } => WriteAsync(http, HistoryDocuments.Day(FindDay(asked.Name)), cancel),
        { Resource: HistoryApi.Days, Subresource: HistoryApi.Parquet, Verb: "get", Namespace: "" } => ParquetAsync(http, asked, cancel),
        { Resource: HistoryApi.Runs or HistoryApi.Days, Subresource: "" or HistoryApi.Log or HistoryApi.Events or HistoryApi.Pin or HistoryApi.Parquet } =>
            throw new ApiStatusException(ApiStatus.MethodNotAllowed()),
        _ => throw new ApiStatusException(ApiStatus.NoSuchPath()),
    };

    private async Task ListAsync(HttpContext http, string ns, CancellationToken cancel)
    {
        RunQuery query = RunSelector.Read(http.Request.Query["fieldSelector"], ns, out string name);
        if (http.Request.Query["labelSelector"].ToString().Length > 0)
            throw new ApiStatusException(ApiStatus.BadRequest("labelSelector: runs are not found by labels, but by fields: --field-selector spec.owner=Job/backup"));
        RunPage page = name.Length > 0 ? Named(name, query) : Page(query with { Limit = Limit(http), Continue = http.Request.Query["continue"].ToString() }, cancel);
        await WriteAsync(http, WantsTable(http) ? HistoryDocuments.RunTable(page) : HistoryDocuments.RunList(page), cancel);
    }

    private RunPage Page(RunQuery query, CancellationToken cancel)
    {
        try
        {
            return store.Query(query, cancel);
        }
        catch (ArgumentException wrong)
        {
            throw new ApiStatusException(ApiStatus.BadRequest(wrong.Message));
        }
    }

    private RunPage Named(string name, RunQuery query) =>
        new(store.Find(name) is { } run && (query.Namespace.Length == 0 || run.Namespace == query.Namespace) ? [run] : [], "");

    private async Task GetAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        RunRecord run = Find(asked);
        if (WantsTable(http))
        {
            await WriteAsync(http, HistoryDocuments.RunTable(new RunPage([run], "")), cancel);
            return;
        }

        JsonObject document = HistoryDocuments.Run(run);
        if (store.Spec(run) is { } spec)
            document["spec"]!["template"] = KubeJson.Parse(spec);
        await WriteAsync(http, document, cancel);
    }

    private async Task LogAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        RunRecord run = Find(asked);
        var selection = new LogSelection
        {
            Timestamps = http.Request.Query["timestamps"] == "true", TailLines = Number(http, "tailLines"), LimitBytes = Number(http, "limitBytes"),
            Stream = http.Request.Query["stream"].ToString() switch
            {
                "" or "All" => "",
                "Stdout" => "stdout",
                "Stderr" => "stderr",
                { } other => throw new ApiStatusException(ApiStatus.BadRequest($"stream: \"{other}\" is none of All, Stdout, Stderr")),
            },
        };

        // What is missing is said beside what there is: an answer without a byte may be a log without a byte.
        if (run.LogLoss.Length > 0)
            http.Response.Headers["Pelago-Log-Loss"] = run.LogLoss;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await store.WriteLogAsync(run, selection, http.Response.Body, cancel);
    }

    private async Task PinAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        bool pinned = asked.Verb == "create";
        RunRecord run = Find(asked);
        if (!await store.PinAsync(run, pinned, cancel))
            throw new ApiStatusException(ApiStatus.NotFound(Runs, asked.Name));
        await WriteAsync(http, HistoryDocuments.Run(run with { Pinned = pinned }), cancel);
    }

    private Task DaysAsync(HttpContext http, CancellationToken cancel)
    {
        IReadOnlyList<DaySummary> days = store.Summaries();
        return WriteAsync(http, WantsTable(http) ? HistoryDocuments.DayTable(days) : HistoryDocuments.DayList(days), cancel);
    }

    private async Task ParquetAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        DaySummary day = FindDay(asked.Name);
        DateTimeOffset begin = new(day.Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        http.Response.ContentType = "application/vnd.apache.parquet";
        await store.ExportAsync(new RunQuery { Since = begin, Until = begin.AddDays(1) }, http.Response.Body, cancel);
    }

    private RunRecord Find(HistoryRequest asked) => store.Find(asked.Name) is { } run && run.Namespace == asked.Namespace
        ? run
        : throw new ApiStatusException(ApiStatus.NotFound(Runs, asked.Name));

    private DaySummary FindDay(string name) =>
        store.Summaries().FirstOrDefault(day => HistoryDocuments.NameOf(day.Day) == name) ?? throw new ApiStatusException(ApiStatus.NotFound(Days, name));

    private static bool WantsTable(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("as=Table", StringComparison.Ordinal);

    private static int Limit(HttpContext http) => (int)Math.Min(Number(http, "limit") is { } limit and > 0 ? limit : RunQuery.MaxLimit, RunQuery.MaxLimit);

    private static long? Number(HttpContext http, string name)
    {
        string text = http.Request.Query[name].ToString();
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ApiStatusException(ApiStatus.BadRequest($"{name}: \"{text}\" is not a whole number"));
    }

    private static async Task WriteAsync(HttpContext http, JsonObject document, CancellationToken cancel)
    {
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(KubeJson.ToUtf8(document), cancel);
    }
}
