// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// An immutable sorted map that shares all unchanged nodes with the map it was made from: a B+tree with copy on write.
/// Keeping an old version costs the nodes that were replaced since, about one leaf for a change.
/// </summary>
internal sealed class PersistentMap<TKey, TValue>
    where TKey : IComparable<TKey>
    where TValue : class
{
    public static readonly PersistentMap<TKey, TValue> Empty = new(null);

    public PersistentMap(MapNode<TKey, TValue>? root) => Root = root;

    public MapNode<TKey, TValue>? Root { get; }

    public int Count => Root?.Size ?? 0;

    public TValue? Find(TKey key) => Find(Root, key);

    internal static TValue? Find(MapNode<TKey, TValue>? node, TKey key)
    {
        if (node is null)
            return null;
        while (node.Children is { } children)
            node = children[node.ChildFor(key)]!;
        int at = node.CountBelow(key, orEqual: false);
        return at < node.Length && node.Keys[at].CompareTo(key) == 0 ? node.Values![at] : null;
    }

    /// <summary>How many keys are below <paramref name="key"/>; with <paramref name="orEqual"/> those equal to it too.</summary>
    public int CountBelow(TKey key, bool orEqual)
    {
        MapNode<TKey, TValue>? node = Root;
        if (node is null)
            return 0;
        int below = 0;
        while (node.Children is { } children)
        {
            int child = node.ChildFor(key);
            for (int i = 0; i < child; i++)
                below += children[i]!.Size;
            node = children[child]!;
        }
        return below + node.CountBelow(key, orEqual);
    }

    /// <summary>All values in the order of their keys.</summary>
    public IEnumerable<TValue> All() => Walk(Path(static _ => 0), 0);

    /// <summary>Values in order from <paramref name="start"/> on, or strictly after it.</summary>
    public IEnumerable<TValue> From(TKey start, bool strictlyAfter)
    {
        Stack<(MapNode<TKey, TValue> Node, int At)> path = Path(node => node.ChildFor(start));
        int first = path.Count == 0 ? 0 : path.Peek().Node.CountBelow(start, strictlyAfter);
        return Walk(path, first);
    }

    public PersistentMapBuilder<TKey, TValue> Edit() => new(this);

    /// <summary>The way from the root to a leaf, the leaf on top.</summary>
    private Stack<(MapNode<TKey, TValue> Node, int At)> Path(Func<MapNode<TKey, TValue>, int> choose)
    {
        var path = new Stack<(MapNode<TKey, TValue>, int)>();
        for (MapNode<TKey, TValue>? node = Root; node is not null;)
        {
            int at = node.Children is null ? 0 : choose(node);
            path.Push((node, at));
            node = node.Children?[at];
        }
        return path;
    }

    private static IEnumerable<TValue> Walk(Stack<(MapNode<TKey, TValue> Node, int At)> path, int first)
    {
        while (path.TryPop(out (MapNode<TKey, TValue> Node, int At) top))
        {
            if (top.Node.Values is { } values)
            {
                for (int i = first; i < top.Node.Length; i++)
                    yield return values[i]!;
                first = 0;
            }
            else if (top.At + 1 < top.Node.Length)
            {
                path.Push((top.Node, top.At + 1));
                for (MapNode<TKey, TValue>? node = top.Node.Children![top.At + 1]; node is not null; node = node.Children?[0])
                    path.Push((node, 0));
            }
        }
    }
}
