// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.History.Days;
using Pelago.History.Exports;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>
/// history.pelago.dev/v1alpha1 over a history, for an API server that has asked already whether the user may: runs of a namespace or of all, a run, its log,
/// its Events, its pin; days and their runs as Parquet.
/// </summary>
/// <param name="history">What is read.</param>
/// <param name="scratch">A directory for files that are made before they are sent.</param>
public sealed class HistoryEndpoint(IRunHistory history, string scratch)
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
        { Resource: HistoryApi.Runs, Subresource: HistoryApi.Events, Verb: "get", Namespace.Length: > 0 } => EventsAsync(http, asked, cancel),
        { Resource: HistoryApi.Runs, Subresource: HistoryApi.Pin, Verb: "create" or "delete", Namespace.Length: > 0 } => PinAsync(http, asked, cancel),
        { Resource: HistoryApi.Days, Subresource: "", Verb: "list", Namespace: "" } => DaysAsync(http, cancel),
        { Resource: HistoryApi.Days, Subresource: "", Verb: "get", Namespace: "" } => DayAsync(http, asked, cancel),
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
        RunPage page = name.Length > 0 ? await NamedAsync(name, query, cancel) : await PageAsync(query with { Limit = Limit(http), Continue = http.Request.Query["continue"].ToString() }, cancel);
        Warn(http, page.Missing);
        bool placed = http.Request.Query[RunDocument.PlacesParameter] == "true";
        await WriteAsync(http, WantsTable(http) ? HistoryDocuments.RunTable(page) : HistoryDocuments.RunList(page, placed), cancel);
    }

    private async Task<RunPage> PageAsync(RunQuery query, CancellationToken cancel)
    {
        try
        {
            return await history.QueryAsync(query, cancel);
        }
        catch (ArgumentException wrong)
        {
            throw new ApiStatusException(ApiStatus.BadRequest(wrong.Message));
        }
    }

    private async Task<RunPage> NamedAsync(string name, RunQuery query, CancellationToken cancel)
    {
        var none = new RunPage([], "");
        if (await history.FindAsync(name, cancel) is not { } run || (query.Namespace.Length > 0 && run.Namespace != query.Namespace))
            return none;
        if (query == new RunQuery { Namespace = query.Namespace })
            return new RunPage([run], "");

        // What else is asked of it a query of its pod's runs says.
        RunQuery narrow = query with
        {
            PodUid = query.PodUid.Length > 0 ? query.PodUid : run.PodUid,
            Container = query.Container.Length > 0 ? query.Container : run.Container,
            Node = query.Node.Length > 0 ? query.Node : run.Node,
            Limit = RunQuery.MaxLimit,
        };
        RunPage page = await PageAsync(narrow, cancel);
        return page with { Items = [.. page.Items.Where(item => item.Name == name)], Continue = "" };
    }

    private async Task GetAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        RunRecord run = await FindAsync(asked, cancel);
        if (WantsTable(http))
        {
            await WriteAsync(http, HistoryDocuments.RunTable(new RunPage([run], "")), cancel);
            return;
        }

        JsonObject document = RunDocument.Of(run);
        if (await history.SpecAsync(run, cancel) is { } spec)
            document["spec"]!["template"] = KubeJson.Parse(spec);
        await WriteAsync(http, document, cancel);
    }

    private async Task EventsAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel) =>
        await WriteAsync(http, HistoryDocuments.Events(await history.EventsAsync(await FindAsync(asked, cancel), cancel)), cancel);

    private async Task LogAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        RunRecord run = await FindAsync(asked, cancel);
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
            http.Response.Headers[HistoryApi.LogLossHeader] = LogLoss.IsKnown(run.LogLoss) ? run.LogLoss : LogLoss.Unreadable;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await history.WriteLogAsync(run, selection, http.Response.Body, cancel);
    }

    private async Task PinAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        bool pinned = asked.Verb == "create";
        RunRecord run = await FindAsync(asked, cancel);
        if (!await history.PinAsync(run, pinned, cancel))
            throw new ApiStatusException(ApiStatus.NotFound(Runs, asked.Name));
        await WriteAsync(http, RunDocument.Of(run with { Pinned = pinned }), cancel);
    }

    private async Task DaysAsync(HttpContext http, CancellationToken cancel)
    {
        DayPage days = await history.DaysAsync(cancel);
        Warn(http, days.Missing);
        await WriteAsync(http, WantsTable(http) ? HistoryDocuments.DayTable(days.Items) : HistoryDocuments.DayList(days.Items), cancel);
    }

    private async Task DayAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel) => await WriteAsync(http, HistoryDocuments.Day(await FindDayAsync(http, asked.Name, cancel)), cancel);

    private async Task ParquetAsync(HttpContext http, HistoryRequest asked, CancellationToken cancel)
    {
        DaySummary day = await FindDayAsync(http, asked.Name, cancel);
        DateTimeOffset begin = new(day.Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

        // Whoever writes Parquet goes back in what is written: a connection gets it from a file.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using var file = new FileStream(Path.Combine(scratch, $"{Guid.NewGuid():n}.parquet{DayFile.Draft}"), options);
        (_, IReadOnlyList<string> missing) = await ParquetExport.WriteAsync(history, new RunQuery { Since = begin, Until = begin.AddDays(1) }, file, cancel);
        Warn(http, missing);
        http.Response.ContentType = "application/vnd.apache.parquet";
        file.Position = 0;
        await file.CopyToAsync(http.Response.Body, cancel);
    }

    private async Task<RunRecord> FindAsync(HistoryRequest asked, CancellationToken cancel) =>
        await history.FindAsync(asked.Name, cancel) is { } run && run.Namespace == asked.Namespace ? run : throw new ApiStatusException(ApiStatus.NotFound(Runs, asked.Name));

    private async Task<DaySummary> FindDayAsync(HttpContext http, string name, CancellationToken cancel)
    {
        DayPage days = await history.DaysAsync(cancel);
        Warn(http, days.Missing);
        return days.Items.FirstOrDefault(day => HistoryDocuments.NameOf(day.Day) == name) ?? throw new ApiStatusException(ApiStatus.NotFound(Days, name));
    }

    /// <summary>As an API server warns (RFC 7234, 5.5): kubectl prints it beside what there is.</summary>
    private static void Warn(HttpContext http, IReadOnlyList<string> missing)
    {
        const int Most = 10;
        IEnumerable<string> told = missing.Count <= Most ? missing : [.. missing.Take(Most - 1), $"{missing.Count - Most + 1} more could not be asked"];
        if (missing.Count > 0)
            http.Response.Headers.Warning = told.Select(WarningHeader.Of).ToArray();
    }

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
