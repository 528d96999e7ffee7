// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Tasks;

/// <summary>Waits until a task that a selector may mean has changed, come or gone: whoever wants to know of new ones need not ask again and again.</summary>
internal sealed class TaskWait(IResourceStore pods, string cluster, TimeProvider time, CancellationToken stopping)
{
    /// <summary>The longest wait: an answer that is the same as before.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Returns at the first change after a revision, or after <see cref="Longest"/>; at once when the revision is too old to tell, or of another server, or when this one stops.</summary>
    /// <param name="selector">Which tasks. Whether they run is not asked: one that ends is a change.</param>
    /// <param name="after">The revision of what the client knows.</param>
    /// <param name="isVisible">Whether the client may see tasks of a namespace.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task WaitAsync(TaskSelector selector, long after, Func<string, bool> isVisible, CancellationToken cancel)
    {
        if (after > pods.Current.Revision)
            return;
        using var late = new CancellationTokenSource(Longest, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, stopping, late.Token);
        var concern = new Concern(selector with { Finished = FinishedTasks.Included, Where = TaskConditions.None }, cluster, isVisible);
        try
        {
            using IWatchCursor cursor = pods.Watch(after);
            while (true)
            {
                while (cursor.TryRead(out StoreEvent? change))
                {
                    if (concern.Has(change))
                        return;
                }
                await cursor.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nothing has happened.
        }
        catch (Exception behind) when (behind is WatchLaggedException or HistoryGoneException)
        {
            // What happened is not known here any more.
        }
    }

    /// <summary>Conditions are not asked: they are about states and times, which change without the pod.</summary>
    private sealed class Concern(TaskSelector selector, string cluster, Func<string, bool> isVisible)
    {
        private readonly TaskReader _reader = new(cluster);
        private readonly List<PodTask> _tasks = [];

        /// <summary>What a pod was before matters when it is gone, or when labels choose: the rest of what is asked for stays as it is.</summary>
        public bool Has(StoreEvent change) => Has(change.Current) || (change.Current is null || !selector.Labels.IsEverything) && Has(change.Previous);

        private bool Has(StoredObject? pod)
        {
            if (pod is null || selector.Namespace.Length > 0 && pod.Key.Namespace != selector.Namespace || !isVisible(pod.Key.Namespace)
                || selector.Patterns.Count > 0 && !selector.Patterns.Any(pattern => pattern.MayBeIn(pod.Json.Span)))
                return false;
            _tasks.Clear();
            try
            {
                _reader.Read(pod.Json.Span, _tasks);
            }
            catch (JsonException)
            {
                return false;
            }
            return _tasks.Exists(selector.MayMean);
        }
    }
}
