// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Tasks;

/// <summary>
/// tasks.pelago.dev: the tasks that a query means, chosen, sorted and cut here, so that only what is asked for travels. Whoever may list pods sees
/// the tasks of those pods; who may do so in some namespaces sees those. The wire: docs/protocols/tasks.md.
/// </summary>
internal sealed class TaskEndpoint(TaskTable table, IResourceStore pods, string cluster, IAuthorizer authorizer, IObjectSource? usage, TimeProvider time,
    CancellationToken stopping) : IConnectHandler
{
    public async Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        var query = new RequestQuery(http.Request.QueryString.Value ?? "");
        OutputFormat format = ResourceEndpoint.FormatOf(http, query);
        if (request.Name.Length > 0)
        {
            await GetAsync(http, request, format, cancel);
            return;
        }

        if (!TaskQueryText.TryParse(query.All, request.Namespace, out TaskQuery? asked, out string? error))
            throw new ApiStatusException(ApiStatus.BadRequest(error));
        if (query.Number("after") is { } after)
            await WaitAsync(request, asked.Selector, after, cancel);
        bool asRows = asked.Fields is not null && format.Shape == OutputShape.Object && !format.IsYaml;
        TaskUsage? used = TaskUsage.IsNeededFor(asked) ? await UsageAsync(request.Namespace, cancel) : null;
        // A page of objects has one more, which says whether there is a next page.
        TaskChoice choice = Choose(request.User, asRows || asked.Limit == 0 ? asked : asked with { Limit = asked.Limit + 1 }, Start(query), used, out long revision);
        if (asRows)
            await TaskRowsWriter.WriteAsync(http, choice, asked.Fields!, revision, cancel);
        else
            await ListWriter.WriteAsync(http, new ObjectForm(request.Kind, request.Version, format, time), Page(choice, asked, revision), cancel);
    }

    /// <summary>Who may see none of the tasks is refused at once.</summary>
    private Task WaitAsync(ResourceRequest request, TaskSelector selector, long after, CancellationToken cancel)
    {
        var visible = new Dictionary<string, bool>(StringComparer.Ordinal);
        ApiStatus? everywhere = Refusal(request.User, selector.Namespace);
        bool IsVisible(string ns)
        {
            if (everywhere is null)
                return true;
            if (!visible.TryGetValue(ns, out bool isVisible))
                visible[ns] = isVisible = Refusal(request.User, ns) is null;
            return isVisible;
        }

        bool isAnyVisible = everywhere is null;
        if (everywhere is not null && selector.Namespace.Length == 0)
            table.ForEach(task => isAnyVisible = isAnyVisible || IsVisible(task.Pod.Namespace));
        return isAnyVisible ? new TaskWait(pods, cluster, time, stopping).WaitAsync(selector, after, IsVisible, cancel) : throw new ApiStatusException(everywhere!);
    }

    private async Task GetAsync(HttpContext http, ResourceRequest request, OutputFormat format, CancellationToken cancel)
    {
        if (Refusal(request.User, request.Namespace) is { } refused)
            throw new ApiStatusException(refused);
        int dot = request.Name.LastIndexOf('.');
        StoredObject? pod = dot > 0 ? pods.Current.Get(new ObjectKey(request.Namespace, request.Name[..dot])) : null;
        PodTask? task = TaskTable.Of(pod, cluster).FirstOrDefault(task => task.Name == request.Name);
        if (task is null)
            throw new ApiStatusException(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
        ReadOnlyMemory<byte> body = new ObjectForm(request.Kind, request.Version, format, time).Encode(TaskDocument.Of(task).Json);
        await ResponseWriter.WriteDocumentAsync(http, 200, body, format, cancel);
    }

    private TaskChoice Choose(UserInfo user, TaskQuery query, string after, TaskUsage? used, out long revision)
    {
        var visible = new Dictionary<string, bool>(StringComparer.Ordinal);
        ApiStatus? everywhere = Refusal(user, query.Selector.Namespace);
        if (everywhere is not null && query.Selector.Namespace.Length > 0)
            throw new ApiStatusException(everywhere);
        bool isAnyVisible = everywhere is null;
        var chooser = new TaskChooser(query.Selector, query.Order, query.Limit, time.GetUtcNow().ToUnixTimeSeconds());
        revision = table.ForEach(task =>
        {
            if (everywhere is not null)
            {
                if (!visible.TryGetValue(task.Pod.Namespace, out bool isVisible))
                    isAnyVisible |= visible[task.Pod.Namespace] = isVisible = Refusal(user, task.Pod.Namespace) is null;
                if (!isVisible)
                    return;
            }

            if (after.Length == 0 || string.CompareOrdinal(OrderKey(task), after) > 0)
                chooser.Add(used?.Of(task) ?? task);
        });
        return isAnyVisible ? chooser.Choose() : throw new ApiStatusException(everywhere!);
    }

    private ApiStatus? Refusal(UserInfo user, string ns)
    {
        var attributes = new AccessAttributes(user, "list", ns, "", "v1", "pods");
        AccessDecision decision = authorizer.Authorize(in attributes);
        return decision.Allowed ? null : Denial.ToStatus(in attributes, decision.Reason);
    }

    private async Task<TaskUsage> UsageAsync(string ns, CancellationToken cancel)
    {
        var used = new TaskUsage();
        foreach (StoredObject metrics in usage is null ? [] : await usage.ReadAsync(ns, "", cancel))
            used.Add(metrics.Json.Span);
        return used;
    }

    /// <summary>Pages go on where the last one ended while tasks stand in their own order; in any other there is one page, which says how many are left out.</summary>
    private static ResourcePage Page(TaskChoice choice, TaskQuery asked, long revision)
    {
        bool isCut = asked.Limit > 0 && choice.Tasks.Count > asked.Limit;
        IEnumerable<PodTask> tasks = isCut ? choice.Tasks.Take(asked.Limit) : choice.Tasks;
        return new ResourcePage
        {
            Items = [.. tasks.Select(TaskDocument.Of)], Revision = revision,
            Continue = isCut && asked.Order.Spelling.Length == 0 ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(OrderKey(choice.Tasks[asked.Limit - 1]))) : "",
            RemainingItemCount = isCut ? choice.Total - asked.Limit : null,
        };
    }

    private static string Start(RequestQuery query)
    {
        if (query["continue"] is not { Length: > 0 } token)
            return "";
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        }
        catch (FormatException)
        {
            throw new ApiStatusException(ApiStatus.BadRequest("continue key is not valid: it is no token of this server"));
        }
    }

    /// <summary>Sorts as <see cref="PodTask.CompareIds"/> does: no name has a character that is smaller than the ones between.</summary>
    private static string OrderKey(PodTask task) => $"{task.Pod.Namespace}\0{task.Pod.Name}\0{task.Container}";
}
