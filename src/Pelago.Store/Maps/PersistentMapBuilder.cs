// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// Many changes in one go: a node is copied at the first change and then changed in place. <see cref="Freeze"/> ends the right to change
/// what was handed out. For one thread.
/// </summary>
internal sealed class PersistentMapBuilder<TKey, TValue>(PersistentMap<TKey, TValue> start)
    where TKey : IComparable<TKey>
    where TValue : class
{
    private const int Width = MapNode<TKey, TValue>.Width;
    private object _owner = new();
    private MapNode<TKey, TValue>? _root = start.Root;

    public int Count => _root?.Size ?? 0;

    public TValue? Find(TKey key) => PersistentMap<TKey, TValue>.Find(_root, key);

    public PersistentMap<TKey, TValue> Freeze()
    {
        _owner = new object();
        return new PersistentMap<TKey, TValue>(_root);
    }

    public void Set(TKey key, TValue value)
    {
        MapNode<TKey, TValue> root = _root?.OwnedBy(_owner) ?? new MapNode<TKey, TValue>(_owner, leaf: true);
        MapNode<TKey, TValue>? right = Insert(root, key, value);
        if (right is not null)
        {
            var taller = new MapNode<TKey, TValue>(_owner, leaf: false);
            taller.InsertChild(0, root);
            taller.InsertChild(1, right);
            taller.Size = root.Size + right.Size;
            root = taller;
        }
        _root = root;
    }

    /// <summary>False when there was nothing under the key.</summary>
    public bool Remove(TKey key)
    {
        // Looked up first, so that removing nothing copies nothing.
        if (Find(key) is null)
            return false;
        MapNode<TKey, TValue> root = _root!.OwnedBy(_owner);
        Delete(root, key);
        while (root.Children is { } children && root.Length == 1)
            root = children[0]!;
        _root = root.Length == 0 ? null : root;
        return true;
    }

    /// <summary>Puts the value under an owned node; returns the new right neighbour when the node had to split.</summary>
    private MapNode<TKey, TValue>? Insert(MapNode<TKey, TValue> node, TKey key, TValue value)
    {
        if (node.Children is null)
            return InsertIntoLeaf(node, key, value);
        int at = node.ChildFor(key);
        MapNode<TKey, TValue> child = OwnChild(node, at);
        int before = child.Size;
        MapNode<TKey, TValue>? split = Insert(child, key, value);
        node.Size += child.Size + (split?.Size ?? 0) - before;
        if (key.CompareTo(node.Keys[at]) < 0)
            node.Keys[at] = key;
        if (split is null)
            return null;
        if (node.Length < Width)
        {
            node.InsertChild(at + 1, split);
            return null;
        }
        MapNode<TKey, TValue> right = node.SplitAt(SplitPoint(at + 1));
        (MapNode<TKey, TValue> target, int place) = at + 1 <= node.Length ? (node, at + 1) : (right, at + 1 - node.Length);
        target.InsertChild(place, split);
        // SplitAt counted by the children that moved; the split-off child is in neither sum yet but already in node.Size.
        Recount(node);
        Recount(right);
        return right;
    }

    private static MapNode<TKey, TValue>? InsertIntoLeaf(MapNode<TKey, TValue> leaf, TKey key, TValue value)
    {
        int at = leaf.CountBelow(key, orEqual: false);
        if (at < leaf.Length && leaf.Keys[at].CompareTo(key) == 0)
        {
            leaf.Values![at] = value;
            return null;
        }
        if (leaf.Length < Width)
        {
            leaf.InsertValue(at, key, value);
            return null;
        }
        MapNode<TKey, TValue> right = leaf.SplitAt(SplitPoint(at));
        if (at <= leaf.Length)
            leaf.InsertValue(at, key, value);
        else
            right.InsertValue(at - leaf.Length, key, value);
        return right;
    }

    /// <summary>In the middle, but growth at the end leaves full nodes behind: names often arrive in order.</summary>
    private static int SplitPoint(int at) => at == Width ? Width - 1 : Width / 2;

    private void Delete(MapNode<TKey, TValue> node, TKey key)
    {
        if (node.Children is null)
        {
            node.RemoveAt(node.CountBelow(key, orEqual: false));
            return;
        }
        int at = node.ChildFor(key);
        MapNode<TKey, TValue> child = OwnChild(node, at);
        Delete(child, key);
        node.Size--;
        if (child.Length == 0)
            node.RemoveAt(at);
        else if (child.Length < MapNode<TKey, TValue>.Thin && !MergeWithRight(node, at) && at > 0)
            MergeWithRight(node, at - 1);
    }

    private bool MergeWithRight(MapNode<TKey, TValue> node, int at)
    {
        if (at + 1 >= node.Length || node.Children![at]!.Length + node.Children[at + 1]!.Length > Width)
            return false;
        MapNode<TKey, TValue> left = OwnChild(node, at);
        left.Append(node.Children[at + 1]!, 0);
        node.RemoveAt(at + 1);
        return true;
    }

    private MapNode<TKey, TValue> OwnChild(MapNode<TKey, TValue> node, int at) =>
        node.Children![at] = node.Children[at]!.OwnedBy(_owner);

    private static void Recount(MapNode<TKey, TValue> node)
    {
        int size = 0;
        for (int i = 0; i < node.Length; i++)
            size += node.Children![i]!.Size;
        node.Size = size;
    }
}
