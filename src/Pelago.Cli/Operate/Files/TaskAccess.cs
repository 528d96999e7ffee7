// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary>How the files of tasks are reached in each cluster: by its nodes, by exec and logs where these are all that there is, which is said once, or by its history for tasks whose pods are gone.</summary>
internal sealed class TaskAccess
{
    private readonly Lock _gate = new();
    private readonly Dictionary<HttpKubeApi, Task<bool>> _served = new(ReferenceEqualityComparer.Instance);

    public async Task<ITaskFiles> FilesOfAsync(FoundTask found, CancellationToken cancel)
    {
        if (found.Task.PastRun.Length > 0)
            return new PastTaskFiles(found.Cluster, found.Task);
        Task<bool>? asked;
        lock (_gate)
        {
            // A cluster that did not answer is asked again.
            if (!_served.TryGetValue(found.Cluster, out asked) || asked.IsFaulted || asked.IsCanceled)
                _served[found.Cluster] = asked = AskAsync(found.Cluster, cancel);
        }
        TaskPlace place = PlaceOf(found.Task);
        return await asked ? new NodeTaskFiles(found.Cluster, place) : new ExecTaskFiles(found.Cluster, place);
    }

    public static TaskPlace PlaceOf(PodTask task) => new(task.Pod.Namespace, task.Pod.Name, task.Container);

    private static async Task<bool> AskAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        if (await NodeTaskFiles.IsServedAsync(cluster, cancel))
            return true;
        await Console.Error.WriteLineAsync(
            $"cluster {cluster.Cluster} has no agents on its nodes ('{Invocation.Program} install' brings them): files are read by commands in the containers, logs by the API, and lines are picked out here");
        return false;
    }
}
