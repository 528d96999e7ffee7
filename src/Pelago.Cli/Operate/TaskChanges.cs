// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>
/// Tells when it is worth while to look at the tasks of a query again: the clusters say when one of them has changed. A cluster that did not answer,
/// or cannot tell, is looked at each second.
/// </summary>
internal sealed class TaskChanges(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, TimeProvider time)
{
    /// <summary>Changes come in bursts; one look is for all of them. The first after a while is looked at almost at once.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    // The others have nothing that could be meant.
    private readonly HttpKubeApi[] _meant = [.. clusters.Where(cluster => query.For(cluster.Cluster) is not null)];
    private long _told;

    /// <param name="seen">What the last look has found.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task NextAsync(FoundTasks seen, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] waits = [.. _meant.Select(cluster => WaitAsync(cluster, seen.Revisions.GetValueOrDefault(cluster, ""), enough.Token))];
        try
        {
            await (waits.Length > 0 ? Task.WhenAny(waits) : Task.Delay(Timeout.InfiniteTimeSpan, time, cancel));
            cancel.ThrowIfCancellationRequested();
            TimeSpan left = _told == 0 ? Moment : Burst - time.GetElapsedTime(_told);
            await Task.Delay(left > Moment ? left : Moment, time, cancel);
            _told = time.GetTimestamp();
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WaitAsync(HttpKubeApi cluster, string revision, CancellationToken cancel)
    {
        try
        {
            if (revision.Length > 0 && await new TaskLister(cluster, time).ChangedAsync(query, revision, cancel))
                return;
        }
        catch (ClusterUnreachableException)
        {
            // The next look says so.
        }
        await Task.Delay(BetweenLooks, time, cancel);
    }
}
