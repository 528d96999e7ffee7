// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// A node of <see cref="PersistentMap{TKey,TValue}"/>: a leaf holds values, an inner node children. All leaves are equally deep.
/// In an inner node <c>Keys[i]</c> is at most every key under child i and above every key under child i-1.
/// Only the builder that owns a node may change it; once that builder is gone, nobody can.
/// </summary>
internal sealed class MapNode<TKey, TValue>
    where TKey : IComparable<TKey>
    where TValue : class
{
    /// <summary>Most entries of a node.</summary>
    public const int Width = 32;

    /// <summary>A node with fewer entries is merged with a neighbour where both fit into one.</summary>
    public const int Thin = 8;

    public MapNode(object owner, bool leaf)
    {
        Owner = owner;
        Keys = new TKey[Width];
        Values = leaf ? new TValue?[Width] : null;
        Children = leaf ? null : new MapNode<TKey, TValue>?[Width];
    }

    private MapNode(object owner, MapNode<TKey, TValue> from)
    {
        Owner = owner;
        Length = from.Length;
        Size = from.Size;
        Keys = (TKey[])from.Keys.Clone();
        Values = (TValue?[]?)from.Values?.Clone();
        Children = (MapNode<TKey, TValue>?[]?)from.Children?.Clone();
    }

    public object Owner { get; }
    public int Length { get; private set; }

    /// <summary>Values in this subtree.</summary>
    public int Size { get; set; }
    public TKey[] Keys { get; }
    public TValue?[]? Values { get; }
    public MapNode<TKey, TValue>?[]? Children { get; }

    public MapNode<TKey, TValue> OwnedBy(object owner) => ReferenceEquals(Owner, owner) ? this : new MapNode<TKey, TValue>(owner, this);

    /// <summary>How many keys are below <paramref name="key"/>; with <paramref name="orEqual"/> those equal to it too.</summary>
    public int CountBelow(TKey key, bool orEqual)
    {
        int low = 0, high = Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = Keys[middle].CompareTo(key);
            if (order < 0 || (orEqual && order == 0))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The child that a key belongs to.</summary>
    public int ChildFor(TKey key) => Math.Max(0, CountBelow(key, orEqual: true) - 1);

    public void InsertValue(int at, TKey key, TValue value)
    {
        MakeRoom(at);
        Keys[at] = key;
        Values![at] = value;
        Size++;
    }

    public void InsertChild(int at, MapNode<TKey, TValue> child)
    {
        MakeRoom(at);
        Keys[at] = child.Keys[0];
        Children![at] = child;
    }

    public void RemoveAt(int at)
    {
        int moved = Length - at - 1;
        Array.Copy(Keys, at + 1, Keys, at, moved);
        Length--;
        Keys[Length] = default!;
        if (Values is not null)
        {
            Array.Copy(Values, at + 1, Values, at, moved);
            Values[Length] = null;
            Size--;
        }
        else
        {
            Array.Copy(Children!, at + 1, Children!, at, moved);
            Children![Length] = null;
        }
    }

    /// <summary>Moves the entries from <paramref name="at"/> on into a new right neighbour.</summary>
    public MapNode<TKey, TValue> SplitAt(int at)
    {
        var right = new MapNode<TKey, TValue>(Owner, leaf: Values is not null);
        right.Append(this, at);
        for (int i = at; i < Length; i++)
            Clear(i);
        Length = at;
        Size -= right.Size;
        return right;
    }

    /// <summary>Adds the entries of the right neighbour, from index <paramref name="from"/> on.</summary>
    public void Append(MapNode<TKey, TValue> source, int from)
    {
        int count = source.Length - from;
        Array.Copy(source.Keys, from, Keys, Length, count);
        if (Values is not null)
        {
            Array.Copy(source.Values!, from, Values, Length, count);
            Size += count;
        }
        else
        {
            Array.Copy(source.Children!, from, Children!, Length, count);
            for (int i = from; i < source.Length; i++)
                Size += source.Children![i]!.Size;
        }
        Length += count;
    }

    private void MakeRoom(int at)
    {
        int moved = Length - at;
        Array.Copy(Keys, at, Keys, at + 1, moved);
        if (Values is not null)
            Array.Copy(Values, at, Values, at + 1, moved);
        else
            Array.Copy(Children!, at, Children!, at + 1, moved);
        Length++;
    }

    private void Clear(int at)
    {
        Keys[at] = default!;
        if (Values is not null)
            Values[at] = null;
        else
            Children![at] = null;
    }
}
