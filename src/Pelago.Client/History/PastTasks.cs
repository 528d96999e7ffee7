// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Tasks whose pods are gone, chosen from the newest runs of a cluster's history. A cluster that keeps none, or may not be asked, has none.</summary>
public sealed class PastTasks(IKubeApi api, TimeProvider time)
{
    /// <summary>
    /// Adds to a choice of the cluster's present tasks what a query for finished ones means of the past; with <see cref="TaskQuery.PastApart"/> all that it
    /// may mean, among which the caller chooses.
    /// </summary>
    /// <exception cref="ApiStatusException">History failed.</exception>
    public async Task<TaskChoice> AddToAsync(TaskChoice present, TaskQuery query, CancellationToken cancel)
    {
        TaskSelector selector = query.Selector;
        if (selector.Finished == FinishedTasks.WhenNothingRuns || query.PastRuns == 0 || !selector.Labels.IsEverything)
            return present;
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        var past = new TaskChooser(query.PastApart ? selector with { Patterns = [] } : selector, query.Order, query.Limit, now);
        var seen = new HashSet<string>(present.Tasks.Select(task => task.Id), StringComparer.Ordinal);
        try
        {
            // The newest attempt of a container comes first, and stands for it.
            await foreach (PastRun run in new ClusterHistory(api).RunsAsync(new RunQuery { Namespace = selector.Namespace }, query.PastRuns, cancel))
            {
                if (seen.Add(run.TaskId) && TaskOf(run) is var task && (!query.PastApart || selector.MayFit(task)))
                    past.Add(task);
            }
        }
        catch (ApiStatusException refused) when (refused.Status.Code is 403 or 404)
        {
            return present;
        }

        TaskChoice gone = past.Choose();
        if (query.PastApart)
            return present with { Tasks = [.. present.Tasks, .. gone.Tasks], Total = present.Total + gone.Total };
        var both = new TaskChooser(selector.ByNameAlone, query.Order, query.Limit, now);
        foreach (PodTask task in present.Tasks.Concat(gone.Tasks))
            both.Add(task);
        TaskChoice whole = both.Choose();
        return whole with { Revision = present.Revision, Total = whole.Total + present.Total - present.Tasks.Count + gone.Total - gone.Tasks.Count };
    }

    private PodTask TaskOf(PastRun run) => new()
    {
        Pod = new TaskPod
        {
            Cluster = api.Cluster, Namespace = run.Namespace, Name = run.Pod, Uid = run.PodUid, Node = run.Node, Owner = run.Owner, Created = (run.Started ?? run.Finished).ToUnixTimeSeconds(),
        },
        PastRun = run.Name, Container = run.Container, State = run.ExitCode == 0 ? TaskState.Finished : TaskState.Failed, Restarts = run.Attempt, ExitCode = run.ExitCode, Reason = run.Reason,
        Started = run.Started?.ToUnixTimeSeconds() ?? 0, Finished = run.Finished.ToUnixTimeSeconds(),
    };
}
