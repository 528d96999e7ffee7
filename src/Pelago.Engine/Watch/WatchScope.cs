// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Resources;
using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>Which objects a watch is about, and what a change in the store means for it.</summary>
internal sealed class WatchScope(string ns, string? name, ObjectSelector selector)
{
    private readonly bool _all = selector.IsEverything;

    public string Namespace => ns;

    public string? Name => name;

    public bool Contains(StoredObject stored) =>
        (ns.Length == 0 || stored.Key.Namespace == ns)
        && (name is null || stored.Key.Name == name)
        && (_all || selector.Matches(stored));

    /// <summary>
    /// False when the watcher is not concerned. An object that comes to match is ADDED, one that matches no more is DELETED, with the
    /// content from before and the revision of now.
    /// </summary>
    public bool TryTranslate(StoreEvent change, out WatchedEvent watched)
    {
        bool before = change.Previous is { } previous && Contains(previous);
        bool after = change.Current is { } current && Contains(current);
        watched = (before, after) switch
        {
            (false, true) => new WatchedEvent(WatchedType.Added, change.Current, change, change.Revision),
            (true, true) => new WatchedEvent(WatchedType.Modified, change.Current, change, change.Revision),
            (true, false) => new WatchedEvent(
                WatchedType.Deleted, change.Current is null ? change.Object : EventForms.Of(change).Left(change), change, change.Revision),
            _ => default,
        };
        return before || after;
    }
}
