// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.History.Api;
using Pelago.Kube;

namespace Pelago.History.Merging;

/// <summary>
/// Several histories as one: runs in the order of each part, among the parts by when they ended. Whoever gives no answer is named beside what the others
/// have; where that would be a wrong answer, as for a run that nobody knows, there is none.
/// </summary>
/// <param name="parts">The parts as they are now.</param>
/// <param name="events">Events of a run's pod, which no part keeps.</param>
/// <param name="patience">How long each may take for a document.</param>
/// <param name="time">Clock.</param>
public sealed class MergedHistory(
    Func<HistoryParts> parts, Func<RunRecord, CancellationToken, Task<IReadOnlyList<PodEvent>>> events, TimeSpan patience, TimeProvider time) : IRunHistory
{
    private const int LeastChunk = 32;
    private const int MostChunk = 1000;

    private const int MostTogether = 32;

    // Of all parts together, however many hang.
    private static readonly TimeSpan MostForAll = TimeSpan.FromSeconds(20);

    // A run that was found is there; only one that forges it, or that has it too, could still say so.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly GroupResource Runs = new(HistoryApi.Group, HistoryApi.Runs);
    private readonly PartAnswers _answers = new(patience, time);

    public async Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancel)
    {
        HistoryParts now = parts();
        Dictionary<string, string> places = MergedCursor.Parse(query.Continue);
        int limit = Math.Clamp(query.Limit, 1, RunQuery.MaxLimit), chunk = Math.Clamp(2 * limit / Math.Max(1, now.Known.Count), Math.Min(LeastChunk, limit), MostChunk);
        string selector = (query with { Node = "" }).ToFieldSelector();
        PartRuns[] open = [.. now.Known.Where(part => query.Node.Length == 0 || part.Name == query.Node).Select(part => new PartRuns(part, _answers, query, selector, places.GetValueOrDefault(part.Name, ""), chunk))];
        using var enough = new CancellationTokenSource(MostForAll, time);
        await ReadAsync(open, enough.Token, cancel);
        if (open.All(runs => runs.Fault is not null) && Missing(now, open) is { Count: > 0 } all)
            throw Silent(all);

        var heads = new PriorityQueue<PartRuns, (long Finished, string Name)>();
        foreach (PartRuns runs in open.Where(runs => runs.Head is not null))
            heads.Enqueue(runs, OrderOf(runs));
        var items = new List<RunRecord>();
        while (items.Count < limit && heads.TryDequeue(out PartRuns? first, out _))
        {
            items.Add(first.Take());
            if (first.NeedsReading)
                await ReadAsync([first], enough.Token, cancel);
            if (first.Head is not null)
                heads.Enqueue(first, OrderOf(first));
        }

        foreach (PartRuns runs in open.Where(runs => runs.Place.Length > 0))
            places[runs.Name] = runs.Place;
        return new RunPage(items, heads.Count > 0 ? MergedCursor.Of(places) : "") { Missing = Missing(now, open) };
    }

    public async Task<RunRecord?> FindAsync(string name, CancellationToken cancel)
    {
        if (RunKey.OfName(name) is null)
            return null;
        var found = new List<RunRecord>();
        using var enough = new CancellationTokenSource(MostForAll, time);
        (_, IReadOnlyList<string> missing) = await EachAsync($"{HistoryApi.Runs}?fieldSelector={Uri.EscapeDataString($"metadata.name={name}")}", (part, list) =>
        {
            foreach (JsonObject item in (list.Array("items") ?? []).OfType<JsonObject>().Take(1))
            {
                RunRecord run = RunDocument.Read(item) with { Node = part.Name };
                if (run.Name != name)
                    continue;
                lock (found)
                {
                    found.Add(run);
                    if (found.Count == 1)
                        enough.CancelAfter(Grace);
                }
            }
        }, enough.Token, cancel);

        // A pod is on one node: who else has its runs is not to be told apart from the one that had it.
        if (found.Count > 1)
            throw new ApiStatusException(ApiStatus.Internal($"run {name} is on several nodes, of which at most one can be right: {string.Join(", ", found.Select(run => run.Node).Order(StringComparer.Ordinal))}"));
        return found.Count == 0 && missing.Count > 0
            ? throw new ApiStatusException(ApiStatus.Unavailable($"run {name} is not where there was an answer, and it may be elsewhere: {Some(missing)}"))
            : found.FirstOrDefault();
    }

    public async Task<byte[]?> SpecAsync(RunRecord run, CancellationToken cancel)
    {
        JsonObject document = await AskedAsync(run, () => _answers.GetAsync(PartOf(run), HistoryPath.Of(run), CancellationToken.None, cancel));
        return document.Object("spec")?.Object("template") is { } spec ? KubeJson.ToUtf8(spec) : null;
    }

    public Task<IReadOnlyList<PodEvent>> EventsAsync(RunRecord run, CancellationToken cancel) => events(run, cancel);

    public async Task WriteLogAsync(RunRecord run, LogSelection selection, Stream output, CancellationToken cancel)
    {
        using HttpResponseMessage response = await AskedAsync(run, () => _answers.SendAsync(PartOf(run), HttpMethod.Get, $"{HistoryPath.Of(run, HistoryApi.Log)}?{selection.ToQuery()}", cancel));
        if (!response.IsSuccessStatusCode)
            throw Gone(run, PartAnswers.Refused(response));
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        await body.CopyToAsync(output, cancel);
    }

    public async Task<bool> PinAsync(RunRecord run, bool pinned, CancellationToken cancel)
    {
        using HttpResponseMessage response = await AskedAsync(run, () => _answers.SendAsync(PartOf(run), pinned ? HttpMethod.Post : HttpMethod.Delete, HistoryPath.Of(run, HistoryApi.Pin), cancel));
        return response.StatusCode != HttpStatusCode.NotFound && (response.IsSuccessStatusCode ? true : throw Gone(run, PartAnswers.Refused(response)));
    }

    public async Task<DayPage> DaysAsync(CancellationToken cancel)
    {
        var days = new Dictionary<DateOnly, DaySummary>();
        using var enough = new CancellationTokenSource(MostForAll, time);
        (bool any, IReadOnlyList<string> missing) = await EachAsync(HistoryApi.Days, (_, list) =>
        {
            DaySummary[] some = [.. (list.Array("items") ?? []).OfType<JsonObject>().Select(HistoryDocuments.ReadDay)];
            lock (days)
            {
                foreach (DaySummary day in some)
                    days[day.Day] = days.TryGetValue(day.Day, out DaySummary? known) ? known.And(day) : day;
            }
        }, enough.Token, cancel);
        if (!any && missing.Count > 0)
            throw Silent(missing);
        return new DayPage([.. days.Values.OrderByDescending(day => day.Day)]) { Missing = missing };
    }

    private static (long Finished, string Name) OrderOf(PartRuns runs) => (-runs.Head!.Finished.UtcTicks, runs.Name);

    private static string Told(string part, string fault) => $"what ended on node {part} is missing: {fault}";

    private static string Some(IReadOnlyList<string> missing) => string.Join("; ", missing.Take(3));

    private static ApiStatusException Silent(IReadOnlyList<string> missing) => new(ApiStatus.Unavailable($"no node gave an answer: {Some(missing)}"));

    private static IReadOnlyList<string> Missing(HistoryParts now, PartRuns[] open) =>
        [.. now.Missing, .. open.Where(runs => runs.Fault is not null).Select(runs => Told(runs.Name, runs.Fault!))];

    private static ApiStatusException Gone(RunRecord run, HttpRequestException fault) => new(
        fault.StatusCode == HttpStatusCode.NotFound ? ApiStatus.NotFound(Runs, run.Name) : ApiStatus.Unavailable($"run {run.Name} is on node {run.Node}, which cannot be asked: {fault.Message}"));

    private static async Task<T> AskedAsync<T>(RunRecord run, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException fault)
        {
            throw Gone(run, fault);
        }
    }

    private static Task ReadAsync(PartRuns[] some, CancellationToken enough, CancellationToken cancel) =>
        Parallel.ForEachAsync(some, With(cancel), async (runs, stop) => await runs.ReadAsync(enough, stop));

    private static ParallelOptions With(CancellationToken cancel) => new() { MaxDegreeOfParallelism = MostTogether, CancellationToken = cancel };

    private IHistoryPart PartOf(RunRecord run) => parts().Known.FirstOrDefault(part => part.Name == run.Node) ?? throw new HttpRequestException("it has no agent now");

    /// <summary>Asks all parts for a document: whether any gave it, and a sentence for each that did not.</summary>
    private async Task<(bool Any, IReadOnlyList<string> Missing)> EachAsync(string pathAndQuery, Action<IHistoryPart, JsonObject> read, CancellationToken enough, CancellationToken cancel)
    {
        HistoryParts now = parts();
        var missing = new List<string>(now.Missing);
        await Parallel.ForEachAsync(now.Known, With(cancel), async (part, stop) =>
        {
            try
            {
                read(part, await _answers.GetAsync(part, pathAndQuery, enough, stop));
            }
            catch (Exception fault) when (fault is HttpRequestException or ArgumentException)
            {
                lock (missing)
                    missing.Add(Told(part.Name, fault.Message));
            }
        });
        return (missing.Count - now.Missing.Count < now.Known.Count, missing);
    }
}
