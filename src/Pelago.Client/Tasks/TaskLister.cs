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
            return new ApiResult<TaskChoice>(new TaskChoice(tasks, reader.Total, [], []), null);
        }
        catch (JsonException unreadable)
        {
            return new ApiResult<TaskChoice>(null, Unreadable("tasks", unreadable));
        }
    }

    private static string UrlOf(TaskQuery query)
    {
        var parameters = new StringBuilder();
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
            if (Read(answer.Body, reader, tasks, out string? next) is { } unreadable)
                return new ApiResult<TaskChoice>(null, unreadable);
            foreach (PodTask task in tasks)
                chooser.Add(usage?.Of(task) ?? task);
            tasks.Clear();
            if (next is null)
                return new ApiResult<TaskChoice>(chooser.Choose(), null);
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

    private ApiStatus? Read(ReadOnlyMemory<byte> body, TaskReader reader, List<PodTask> tasks, out string? next)
    {
        next = null;
        try
        {
            ListDocument list = ListDocument.Parse(body);
            foreach (ReadOnlyMemory<byte> pod in list.Items)
                reader.Read(pod.Span, tasks);
            next = list.Continue;
            return null;
        }
        catch (JsonException unreadable)
        {
            return Unreadable("pods", unreadable);
        }
    }

    private ApiStatus Unreadable(string what, JsonException why) => ApiStatus.Internal($"cluster \"{api.Cluster}\" sent {what} that cannot be read: {why.Message}");
}
