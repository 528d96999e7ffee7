// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Pelago.Client.Http;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// Asks one cluster for tasks: its API of tasks where it has one, so that only what was asked for travels, else its pods, among which the same code
/// chooses here. What the cluster refuses comes back as <see cref="ApiResult{T}.Error"/>; a <see cref="ClusterUnreachableException"/> means that it
/// gave no answer.
/// </summary>
public sealed class TaskLister(IKubeApi api, TimeProvider time)
{
    private const int PageSize = 500;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>A watch of pods tells of each one in the cluster: what follows the first within this is one change with it.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);
    private static readonly GroupVersionResource Tasks = new("tasks.pelago.dev", "v1alpha1", "tasks");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource PodMetrics = new("metrics.k8s.io", "v1beta1", "pods");

    /// <summary>The tasks that a query means.</summary>
    /// <param name="heard">Called as soon as the cluster has answered anything.</param>
    public async Task<ApiResult<TaskChoice>> ChooseAsync(TaskQuery query, Action heard, CancellationToken cancel)
    {
        if (query.For(api.Cluster) is not { } own)
            return new ApiResult<TaskChoice>(TaskChoice.Nothing, null);
        ApiResult answer = await api.GetRawAsync(UrlOf(own), cancel);
        heard();
        // A cluster without this API may refuse what it does not know before it looks.
        if (answer.Error is { Code: 404 or 403 })
            return await ChooseAmongPodsAsync(own, cancel);
        if (answer.Error is not null)
            return new ApiResult<TaskChoice>(null, answer.Error);
        try
        {
            var reader = new TaskRowsReader(api.Cluster);
            IReadOnlyList<PodTask> tasks = reader.Read(answer.Body.Span);
            return new ApiResult<TaskChoice>(new TaskChoice(tasks, reader.Total, [], []) { Revision = reader.Revision }, null);
        }
        catch (JsonException unreadable)
        {
            return new ApiResult<TaskChoice>(null, Unreadable("tasks", unreadable));
        }
    }

    /// <summary>
    /// Returns when tasks that a query may mean have changed, come or gone since a choice among them, or may have; and after half a minute without that.
    /// False when the cluster cannot tell, which it may say at once: the caller waits a while before it looks again.
    /// </summary>
    /// <param name="query">Which tasks; one that means something in this cluster.</param>
    /// <param name="revision">Of the choice; not empty.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<bool> ChangedAsync(TaskQuery query, string revision, CancellationToken cancel)
    {
        if (query.For(api.Cluster) is not { } own)
            return false;
        long asked = time.GetTimestamp();
        ApiResult answer = await api.GetRawAsync(UrlOf(own with { Limit = 1, Fields = [] }, revision), cancel);
        if (answer.Error is null)
            return RevisionOf(answer.Body) is { Length: > 0 } now && (now != revision || time.GetElapsedTime(asked) > LongestWait / 2);
        return answer.Error is { Code: 404 or 403 } && await PodsChangedAsync(own, revision, cancel);
    }

    private async Task<bool> PodsChangedAsync(TaskQuery own, string revision, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(LongestWait, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var watch = new ListQuery { ResourceVersion = revision, MetadataOnly = true, LabelSelector = own.Selector.Labels.IsEverything ? null : own.Selector.Labels.ToString() };
        try
        {
            await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(Pods, own.Selector.Namespace), watch, limit.Token))
            {
                if (change.Type == "ERROR")
                    return false;
                if (change.Type == "BOOKMARK")
                    continue;
                await Task.Delay(Burst, time, cancel);
                return true;
            }

            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nothing has happened.
            return true;
        }
    }

    /// <summary>Of an answer with rows; empty when it cannot be read.</summary>
    private string RevisionOf(ReadOnlyMemory<byte> answer)
    {
        try
        {
            var reader = new TaskRowsReader(api.Cluster);
            reader.Read(answer.Span);
            return reader.Revision;
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string UrlOf(TaskQuery query, string? after = null)
    {
        var parameters = new StringBuilder();
        QueryString.Add(parameters, "after", after);
        IReadOnlyList<TaskField> columns = [.. TaskRows.Needed.Concat(query.Order.Fields).Concat(query.Fields ?? TaskRows.Unmeasured).Where(TaskRows.All.Contains).Distinct()];
        foreach ((string name, string value) in TaskQueryText.Parameters(query with { Fields = columns }))
            QueryString.Add(parameters, name, value);
        return new ResourcePath(Tasks, query.Selector.Namespace).ToUrlPath() + parameters;
    }

    private async Task<ApiResult<TaskChoice>> ChooseAmongPodsAsync(TaskQuery query, CancellationToken cancel)
    {
        TaskUsage? usage = TaskUsage.IsNeededFor(query) ? await UsageAsync(query.Selector.Namespace, cancel) : null;
        var chooser = new TaskChooser(query.Selector, query.Order, query.Limit, time.GetUtcNow().ToUnixTimeSeconds());
        var reader = new TaskReader(api.Cluster);
        var tasks = new List<PodTask>();
        var page = new ListQuery { Limit = PageSize, LabelSelector = query.Selector.Labels.IsEverything ? null : query.Selector.Labels.ToString() };
        while (true)
        {
            ApiResult answer = await api.ListAsync(new ResourcePath(Pods, query.Selector.Namespace), page, cancel);
            // The snapshot of the first pages is gone: the server offers to go on with a newer one.
            if (answer.Error is { Reason: StatusReason.Expired, Continue: { Length: > 0 } newer })
            {
                page = page with { Continue = newer };
                continue;
            }

            if (answer.Error is not null)
                return new ApiResult<TaskChoice>(null, answer.Error);
            if (Read(answer.Body, reader, tasks, out string? next, out string revision) is { } unreadable)
                return new ApiResult<TaskChoice>(null, unreadable);
            foreach (PodTask task in tasks)
                chooser.Add(usage?.Of(task) ?? task);
            tasks.Clear();
            if (next is null)
                return new ApiResult<TaskChoice>(chooser.Choose() with { Revision = revision }, null);
            page = page with { Continue = next };
        }
    }

    /// <summary>A cluster without measurements says nothing of them, and so do its tasks.</summary>
    private async Task<TaskUsage> UsageAsync(string ns, CancellationToken cancel)
    {
        var usage = new TaskUsage();
        ApiResult answer = await api.ListAsync(new ResourcePath(PodMetrics, ns), ListQuery.Everything, cancel);
        try
        {
            foreach (ReadOnlyMemory<byte> pod in answer.IsSuccess ? ListDocument.Parse(answer.Body).Items : [])
                usage.Add(pod.Span);
        }
        catch (JsonException)
        {
            // What cannot be read was not measured.
        }

        return usage;
    }

    private ApiStatus? Read(ReadOnlyMemory<byte> body, TaskReader reader, List<PodTask> tasks, out string? next, out string revision)
    {
        (next, revision) = (null, "");
        try
        {
            ListDocument list = ListDocument.Parse(body);
            foreach (ReadOnlyMemory<byte> pod in list.Items)
                reader.Read(pod.Span, tasks);
            (next, revision) = (list.Continue, list.ResourceVersion ?? "");
            return null;
        }
        catch (JsonException unreadable)
        {
            return Unreadable("pods", unreadable);
        }
    }

    private ApiStatus Unreadable(string what, JsonException why) => ApiStatus.Internal($"cluster \"{api.Cluster}\" sent {what} that cannot be read: {why.Message}");
}
