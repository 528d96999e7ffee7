// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// Asks one cluster for tasks. What the cluster refuses comes back as <see cref="ApiResult{T}.Error"/>; a <see cref="ClusterUnreachableException"/>
/// means that it gave no answer.
/// </summary>
public sealed class TaskLister(IKubeApi api, TimeProvider time)
{
    private const int PageSize = 500;
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>The tasks that a query means, chosen here from the pods of the cluster, which are read page by page.</summary>
    /// <param name="heard">Called as soon as the cluster has answered anything.</param>
    public async Task<ApiResult<TaskChoice>> ChooseAsync(TaskQuery query, Action heard, CancellationToken cancel)
    {
        var chooser = new TaskChooser(query.Selector, query.Order, query.Limit, time.GetUtcNow().ToUnixTimeSeconds());
        var reader = new TaskReader(api.Cluster);
        var tasks = new List<PodTask>();
        var page = new ListQuery { Limit = PageSize, LabelSelector = query.Selector.Labels.IsEverything ? null : query.Selector.Labels.ToString() };
        while (true)
        {
            ApiResult answer = await api.ListAsync(new ResourcePath(Pods, query.Selector.Namespace), page, cancel);
            heard();
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
            tasks.ForEach(chooser.Add);
            tasks.Clear();
            if (next is null)
                return new ApiResult<TaskChoice>(chooser.Choose(), null);
            page = page with { Continue = next };
        }
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
            return ApiStatus.Internal($"cluster \"{api.Cluster}\" sent pods that cannot be read: {unreadable.Message}");
        }
    }
}
