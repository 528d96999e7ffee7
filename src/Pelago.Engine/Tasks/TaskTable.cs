// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Tasks;

/// <summary>
/// The tasks of all pods, read once and kept up to date with the store while somebody asks: a query sees everything that was published before it.
/// After <see cref="Idle"/> without a query the table is let go of. Queries share the lock, changes have it alone.
/// </summary>
internal sealed class TaskTable(IResourceStore pods, string cluster, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    /// <summary>Between two queries, so that the next one has little to catch up with.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<ObjectKey, PodTask[]> _tasks = [];
    private readonly List<PodTask> _read = [];
    private TaskReader _reader = new(cluster);
    private IWatchCursor? _cursor;
    private ITimer? _upkeep;
    private long _lastAsked;
    private bool _isClosed;

    /// <summary>Calls <paramref name="each"/> for every task, in no order; the revision that they are of.</summary>
    public long ForEach(Action<PodTask> each)
    {
        Volatile.Write(ref _lastAsked, time.GetTimestamp());
        CatchUp(isAsked: true);
        _lock.EnterReadLock();
        try
        {
            foreach (PodTask[] ofPod in _tasks.Values)
            {
                foreach (PodTask task in ofPod)
                    each(task);
            }

            return _cursor?.Revision ?? 0;
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>The tasks of one pod; none when there is no such pod.</summary>
    public static IReadOnlyList<PodTask> Of(StoredObject? pod, string cluster)
    {
        List<PodTask> tasks = [];
        if (pod is not null)
            new TaskReader(cluster).Read(pod.Json.Span, tasks);
        return tasks;
    }

    public void Dispose()
    {
        _lock.EnterWriteLock();
        try
        {
            _isClosed = true;
            LetGo();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private void CatchUp(bool isAsked)
    {
        _lock.EnterWriteLock();
        try
        {
            if (_isClosed)
                return;
            if (!isAsked && time.GetElapsedTime(Volatile.Read(ref _lastAsked)) > Idle)
                LetGo();
            else if (_cursor is null)
                Load();
            else
                Follow(_cursor);
        }
        catch
        {
            // How far it came is not known: who asks next has everything read anew.
            LetGo();
            throw;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>What a timer throws ends the process: who asks next is told instead.</summary>
    private void KeepUp()
    {
        try
        {
            CatchUp(isAsked: false);
        }
        catch (Exception)
        {
            // It was let go of.
        }
    }

    private void Load()
    {
        LetGo();
        Snapshot snapshot = pods.Current;
        foreach (StoredObject pod in snapshot.Scan())
            Put(pod);
        _cursor = pods.Watch(snapshot.Revision);
        _upkeep = time.CreateTimer(_ => KeepUp(), null, Step, Step);
        Follow(_cursor);
    }

    private void Follow(IWatchCursor cursor)
    {
        try
        {
            while (cursor.TryRead(out StoreEvent? change))
            {
                if (change.Current is { } pod)
                    Put(pod);
                else
                    _tasks.Remove(change.Previous!.Key);
            }
        }
        catch (Exception behind) when (behind is WatchLaggedException or HistoryGoneException)
        {
            Load();
        }
    }

    /// <summary>A document that is no pod has no tasks.</summary>
    private void Put(StoredObject pod)
    {
        _read.Clear();
        try
        {
            _reader.Read(pod.Json.Span, _read);
        }
        catch (JsonException)
        {
            _read.Clear();
        }

        _tasks[pod.Key] = [.. _read];
    }

    private void LetGo()
    {
        _upkeep?.Dispose();
        _cursor?.Dispose();
        (_upkeep, _cursor) = (null, null);
        _tasks.Clear();
        _tasks.TrimExcess();
        _reader = new TaskReader(cluster);
    }
}
