// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// The finished work of one cluster, where it keeps any (history.pelago.dev/v1alpha1). A cluster that keeps none answers 404: <see cref="IsKeptAsync"/>
/// tells that from a run that is not there.
/// </summary>
public sealed class ClusterHistory(IKubeApi api)
{
    /// <summary>
    /// Runs, newest first, as they are read, a page of the query's at a time: at most <paramref name="limit"/>. What a cluster refuses is an <see cref="ApiStatusException"/>.
    /// </summary>
    public async IAsyncEnumerable<PastRun> RunsAsync(RunQuery query, long limit, [EnumeratorCancellation] CancellationToken cancel)
    {
        string next = query.Continue;
        do
        {
            PastRunPage page = await PageAsync(query.Namespace, query.ToFieldSelector(), (int)Math.Min(limit, query.Limit), next, cancel);
            foreach (PastRun run in page.Items)
            {
                yield return run;
                if (--limit == 0)
                    yield break;
            }

            next = page.Continue;
        }
        while (next.Length > 0);
    }

    /// <summary>The run of a name, in a namespace or, where that is empty, in any; null when history has none.</summary>
    public async Task<PastRun?> FindAsync(string ns, string name, CancellationToken cancel)
    {
        PastRunPage page = await PageAsync(ns, new FieldTerm("metadata.name", false, name).ToString(), limit: 1, next: "", cancel);
        return page.Items is [var run, ..] ? run : null;
    }

    /// <summary>The last run of a task that has ended; null when history has none. Its log is read by <see cref="HistoryStreams"/>.</summary>
    public async Task<PastRun?> OfTaskAsync(PodTask task, CancellationToken cancel)
    {
        var query = new RunQuery { Namespace = task.Pod.Namespace, Pod = task.Pod.Name, PodUid = task.Pod.Uid, Container = task.Container };
        await foreach (PastRun run in RunsAsync(query, limit: 1, cancel))
            return run;
        return null;
    }

    /// <summary>All runs of a task that have ended, the first attempt first.</summary>
    public async Task<IReadOnlyList<PastRun>> AttemptsOfAsync(PodTask task, CancellationToken cancel)
    {
        var query = new RunQuery { Namespace = task.Pod.Namespace, Pod = task.Pod.Name, PodUid = task.Pod.Uid, Container = task.Container };
        var runs = new List<PastRun>();
        await foreach (PastRun run in RunsAsync(query, query.Limit, cancel))
            runs.Add(run);
        return [.. runs.OrderBy(run => run.Attempt)];
    }

    /// <summary>Events of the run's pod: time, type, reason, source, message and count of each.</summary>
    public async Task<IReadOnlyList<JsonObject>> EventsAsync(PastRun run, CancellationToken cancel)
    {
        ApiResult answer = await api.GetAsync(PathOf(run, HistoryApi.Events), cancel);
        return [.. (KubeJson.ParseObject(answer.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>()];
    }

    /// <summary>Keeps a run whatever is dropped, or no more. Null: done.</summary>
    public async Task<ApiStatus?> PinAsync(PastRun run, bool pinned, CancellationToken cancel)
    {
        ResourcePath path = PathOf(run, HistoryApi.Pin);
        return (pinned ? await api.CreateAsync(path, "{}"u8.ToArray(), WriteQuery.None, cancel) : await api.DeleteAsync(path, DeleteQuery.None, cancel)).Error;
    }

    /// <summary>What there is of each day, newest first: documents of kind Day.</summary>
    public async Task<(IReadOnlyList<JsonObject> Days, ApiStatus? Error)> DaysAsync(CancellationToken cancel)
    {
        ApiResult answer = await api.ListAsync(new ResourcePath(HistoryApi.DaysResource), ListQuery.Everything, cancel);
        return answer.Error is { } error ? ([], error) : ([.. (KubeJson.ParseObject(answer.Body).Array("items") ?? []).OfType<JsonObject>()], null);
    }

    /// <summary>False when the cluster serves no history at all.</summary>
    public async Task<bool> IsKeptAsync(CancellationToken cancel) => (await api.GetRawAsync($"/apis/{HistoryApi.ApiVersion}", cancel)).Error is not { Code: 404 };

    internal static ResourcePath PathOf(PastRun run, string subresource) => new(HistoryApi.RunsResource, run.Namespace, run.Name, subresource);

    private async Task<PastRunPage> PageAsync(string ns, string selector, int limit, string next, CancellationToken cancel)
    {
        var query = new ListQuery { FieldSelector = selector.Length > 0 ? selector : null, Limit = limit, Continue = next.Length > 0 ? next : null };
        ApiResult answer = await api.ListAsync(new ResourcePath(HistoryApi.RunsResource, ns), query, cancel);
        JsonObject list = KubeJson.ParseObject(answer.BodyOrThrow());
        PastRun[] items = [.. (list.Array("items") ?? []).OfType<JsonObject>().Select(PastRun.Read)];
        return new PastRunPage(items, list.Object("metadata")?.String("continue") ?? "");
    }
}
