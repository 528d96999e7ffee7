// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>
/// One watch: the initial state if it was asked for, then every change that concerns it, in order. For one reader. Holds a position in
/// what all watches share and nothing else, so a slow reader costs no memory; one that falls too far behind is ended.
/// </summary>
internal sealed class WatchSession : IDisposable
{
    private readonly WatchScope _scope;
    private readonly IWatchCursor _cursor;
    private readonly long _after;
    private IEnumerator<StoredObject>? _initial;
    private readonly long _initialRevision;
    private bool _announcesInitialEnd;

    private WatchSession(WatchScope scope, IWatchCursor cursor, long after, Snapshot? initial, bool announcesInitialEnd)
    {
        _scope = scope;
        _cursor = cursor;
        _after = after;
        _initial = initial is null ? null : InitialState(scope, initial).GetEnumerator();
        _initialRevision = initial?.Revision ?? 0;
        _announcesInitialEnd = announcesInitialEnd;
    }

    /// <summary>The revision of a bookmark that would be true now: everything at or below it was told.</summary>
    public long Revision => Math.Max(_cursor.Revision, _after);

    /// <summary>
    /// Opens a watch at the revision that the checked options ask for. A Status of 410 (its history is gone) or 504 (yet to come) is
    /// meant as a first and last ERROR event.
    /// </summary>
    public static async ValueTask<(WatchSession? Session, ApiStatus? Error)> OpenAsync(
        IRevisionStore store, ObjectReader reader, ResourceRequest request, ListOptions options, ObjectSelector selector, CancellationToken cancel)
    {
        if (ListOptionsRules.ReadRevision(options.ResourceVersion, out long asked) is { } unreadable)
            return (null, unreadable);
        string? name = request.Name.Length > 0 ? request.Name : null;
        string ns = request.Namespace.Length > 0 || !request.Kind.Namespaced ? request.Namespace : selector.Namespace ?? "";
        var scope = new WatchScope(ns, name ?? selector.Name, selector);
        IResourceStore objects = store.Resource(request.Kind.StoreName);
        bool wantsState = options.SendInitialEvents ?? asked == 0;
        if (wantsState && await reader.WaitUntilFreshAsync(options.ResourceVersion, cancel) is { } tooNew)
            return (null, tooNew);
        try
        {
            if (!wantsState)
            {
                long after = asked == 0 ? store.Revision : asked;
                return (new WatchSession(scope, objects.Watch(Math.Min(after, store.Revision)), after, null, false), null);
            }

            Snapshot snapshot = objects.Current;
            bool announces = options is { SendInitialEvents: true, AllowWatchBookmarks: true };
            return (new WatchSession(scope, objects.Watch(snapshot.Revision), snapshot.Revision, snapshot, announces), null);
        }
        catch (HistoryGoneException)
        {
            return (null, ApiStatus.Expired($"too old resource version: {asked} ({store.CompactedRevision})"));
        }
    }

    /// <summary>
    /// The next event if there is one. Throws <see cref="WatchLaggedException"/> when the reader fell too far behind, and
    /// <see cref="HistoryGoneException"/> when compaction overtook it.
    /// </summary>
    public bool TryRead(out WatchedEvent next)
    {
        if (_initial is not null && TryReadInitial(out next))
            return true;
        while (_cursor.TryRead(out StoreEvent? change))
        {
            if (change.Revision > _after && _scope.TryTranslate(change, out next))
                return true;
        }

        next = default;
        return false;
    }

    /// <summary>Completes when <see cref="TryRead"/> may have something; throws OperationCanceledException when the store closes.</summary>
    public ValueTask WaitAsync(CancellationToken cancel) => _cursor.WaitAsync(cancel);

    public void Dispose()
    {
        _initial?.Dispose();
        _cursor.Dispose();
    }

    private bool TryReadInitial(out WatchedEvent next)
    {
        if (_initial!.MoveNext())
        {
            next = new WatchedEvent(WatchedType.Added, _initial.Current, null, _initial.Current.Revision);
            return true;
        }

        _initial.Dispose();
        _initial = null;
        next = new WatchedEvent(WatchedType.Bookmark, null, null, _initialRevision, EndsInitialState: true);
        bool announces = _announcesInitialEnd;
        _announcesInitialEnd = false;
        return announces;
    }

    private static IEnumerable<StoredObject> InitialState(WatchScope scope, Snapshot snapshot)
    {
        foreach (StoredObject stored in snapshot.Scan(scope.Namespace))
        {
            if (scope.Contains(stored))
                yield return stored;
        }
    }
}
