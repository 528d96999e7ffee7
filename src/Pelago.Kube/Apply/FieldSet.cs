// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube.Apply;

/// <summary>
/// A set of field paths, as a tree: what a field manager owns (structured-merge-diff fieldpath/set.go). Immutable; operations share what
/// does not change, and give back the same instance when nothing does. That a path is in the set says nothing of the paths below it.
/// </summary>
public sealed class FieldSet : IEquatable<FieldSet>
{
    private readonly Entry[] _entries;

    private FieldSet(Entry[] entries) => _entries = entries;

    public static FieldSet Empty { get; } = new([]);

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>How many paths the set has.</summary>
    public int Count => _entries.Sum(entry => (entry.IsMember ? 1 : 0) + (entry.Children?.Count ?? 0));

    /// <summary>The steps of this level, in order.</summary>
    internal ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>A set of the given paths; the empty path, which nobody owns, is left out.</summary>
    public static FieldSet Of(params ReadOnlySpan<PathElement[]> paths)
    {
        FieldSet set = Empty;
        foreach (PathElement[] path in paths)
            set = set.Union(OfPath(path));
        return set;
    }

    public bool Has(params ReadOnlySpan<PathElement> path)
    {
        FieldSet? set = this;
        for (int i = 0; i < path.Length; i++)
        {
            if (!set.TryGet(path[i], out Entry entry))
                return false;
            if (i == path.Length - 1)
                return entry.IsMember;
            if (entry.Children is null)
                return false;
            set = entry.Children;
        }
        return false;
    }

    /// <summary>The paths below an element, without it; empty when there are none.</summary>
    public FieldSet Below(PathElement element) => TryGet(element, out Entry entry) && entry.Children is not null ? entry.Children : Empty;

    public FieldSet Union(FieldSet other) => other.IsEmpty ? this : Zip(this, other, keepLeft: true, keepRight: true,
        static (left, right) => new Entry(left.Element, left.IsMember || right.IsMember, Union(left.Children, right.Children)));

    public FieldSet Intersection(FieldSet other) => Zip(this, other, keepLeft: false, keepRight: false,
        static (left, right) => new Entry(left.Element, left.IsMember && right.IsMember,
            left.Children is null || right.Children is null ? null : left.Children.Intersection(right.Children)));

    /// <summary>The paths that the other set does not have; paths below a path of the other set stay.</summary>
    public FieldSet Difference(FieldSet other) => other.IsEmpty ? this : Zip(this, other, keepLeft: true, keepRight: false,
        static (left, right) => new Entry(left.Element, left.IsMember && !right.IsMember,
            left.Children is null || right.Children is null ? left.Children : left.Children.Difference(right.Children)));

    /// <summary>The paths that the other set does not have and that are not below one of its paths.</summary>
    public FieldSet RecursiveDifference(FieldSet other) => other.IsEmpty ? this : Zip(this, other, keepLeft: true, keepRight: false,
        static (left, right) => right.IsMember ? default : new Entry(left.Element, left.IsMember,
            left.Children is null || right.Children is null ? left.Children : left.Children.RecursiveDifference(right.Children)));

    /// <summary>The paths that have no path below them.</summary>
    public FieldSet Leaves() => Of([.. _entries.Select(entry => new Entry(entry.Element, entry.Children is null, entry.Children?.Leaves()))]);

    /// <summary>Every path: at each level first those that end there, then the deeper ones (the order of conflicts in messages).</summary>
    public IEnumerable<IReadOnlyList<PathElement>> Paths() => Paths([]);

    public bool Equals(FieldSet? other) =>
        ReferenceEquals(this, other) || (other is not null && _entries.AsSpan().SequenceEqual(other._entries));

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode() => _entries.Length == 0 ? 0 : HashCode.Combine(_entries.Length, _entries[0].Element, _entries[^1].Element);

    /// <summary>One path a line.</summary>
    public override string ToString() => string.Join('\n', Paths().Select(Text));

    /// <summary>A path as messages show it: <c>.spec.containers[name="web"].image</c>.</summary>
    internal static string Text(IReadOnlyList<PathElement> path)
    {
        var text = new StringBuilder();
        foreach (PathElement element in path)
            text.Append(element.ToString());
        return text.ToString();
    }

    /// <summary>Takes entries that are sorted and distinct; those that hold nothing are left out.</summary>
    internal static FieldSet Of(ReadOnlySpan<Entry> sorted)
    {
        int used = 0;
        foreach (Entry entry in sorted)
            used += entry.IsNothing ? 0 : 1;
        if (used == 0)
            return Empty;
        if (used == sorted.Length)
            return new FieldSet(sorted.ToArray());
        var entries = new Entry[used];
        used = 0;
        foreach (Entry entry in sorted)
        {
            if (!entry.IsNothing)
                entries[used++] = entry;
        }
        return new FieldSet(entries);
    }

    internal bool TryGet(PathElement element, out Entry entry)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = _entries[middle].Element.CompareTo(element);
            if (order == 0)
            {
                entry = _entries[middle];
                return true;
            }
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        entry = default;
        return false;
    }

    private static FieldSet? Union(FieldSet? left, FieldSet? right)
    {
        if (left is null || right is null)
            return left ?? right;
        return left.Union(right);
    }

    private static FieldSet OfPath(ReadOnlySpan<PathElement> path)
    {
        FieldSet set = Empty;
        for (int i = path.Length - 1; i >= 0; i--)
            set = new FieldSet([new Entry(path[i], i == path.Length - 1, set.IsEmpty ? null : set)]);
        return set;
    }

    /// <summary>Goes through both sides in order; entries of one side only are kept as told, those of both are combined.</summary>
    private static FieldSet Zip(FieldSet left, FieldSet right, bool keepLeft, bool keepRight, Func<Entry, Entry, Entry> both)
    {
        Entry[] ones = left._entries, others = right._entries;
        var result = new Entry[(keepRight ? others.Length : 0) + ones.Length];
        int i = 0, j = 0, count = 0;
        bool changed = false;
        while (i < ones.Length || j < others.Length)
        {
            int order = i == ones.Length ? 1 : j == others.Length ? -1 : ones[i].Element.CompareTo(others[j].Element);
            Entry entry = order switch
            {
                0 => both(ones[i], others[j]),
                < 0 => keepLeft ? ones[i] : default,
                _ => keepRight ? others[j] : default,
            };
            changed |= order > 0 ? keepRight : !entry.Same(ones[i]);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
            if (!entry.IsNothing)
                result[count++] = entry;
        }
        if (!changed)
            return left;
        return Of(result.AsSpan(0, count));
    }

    private IEnumerable<IReadOnlyList<PathElement>> Paths(PathElement[] prefix)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.IsMember)
                yield return [.. prefix, entry.Element];
        }
        foreach (Entry entry in _entries)
        {
            if (entry.Children is null)
                continue;
            foreach (IReadOnlyList<PathElement> path in entry.Children.Paths([.. prefix, entry.Element]))
                yield return path;
        }
    }

    /// <summary>One step: whether its own path is in the set, and what is below.</summary>
    internal readonly struct Entry(PathElement element, bool isMember, FieldSet? children) : IEquatable<Entry>
    {
        public PathElement Element { get; } = element;
        public bool IsMember { get; } = isMember;

        /// <summary>Null when nothing below is in the set.</summary>
        public FieldSet? Children { get; } = children is { IsEmpty: true } ? null : children;
        public bool IsNothing => !IsMember && Children is null;

        public bool Same(Entry other) => IsMember == other.IsMember && ReferenceEquals(Children, other.Children);

        public bool Equals(Entry other) => IsMember == other.IsMember && Element == other.Element && Equals(Children, other.Children);

        public override bool Equals(object? obj) => obj is Entry other && Equals(other);

        public override int GetHashCode() => Element.GetHashCode();
    }
}
