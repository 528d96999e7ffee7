// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Pelago.Kube.Apply;

/// <summary>
/// Builds a set along a walk: entries of the level being walked lie on a stack, closing the level takes them off, sorts them and makes them
/// the children of the next entry. One list serves the whole walk.
/// </summary>
internal sealed class FieldSetBuilder
{
    private readonly List<FieldSet.Entry> _stack = new(32);

    /// <summary>Begins a level; the result goes to <see cref="Close"/>.</summary>
    public int Open() => _stack.Count;

    public void Add(PathElement element, bool isMember, FieldSet? children)
    {
        if (isMember || children is not null)
            _stack.Add(new FieldSet.Entry(element, isMember, children));
    }

    /// <summary>Ends a level; null when nothing was added. The same element must not have been added twice.</summary>
    public FieldSet? Close(int opened)
    {
        if (_stack.Count == opened)
            return null;
        Span<FieldSet.Entry> level = CollectionsMarshal.AsSpan(_stack)[opened..];
        Sort(level);
        FieldSet set = FieldSet.Of(level);
        CollectionsMarshal.SetCount(_stack, opened);
        return set;
    }

    private static void Sort(Span<FieldSet.Entry> level)
    {
        if (level.Length > 24)
        {
            level.Sort(static (one, other) => one.Element.CompareTo(other.Element));
            return;
        }
        for (int i = 1; i < level.Length; i++)
        {
            FieldSet.Entry entry = level[i];
            int at = i;
            for (; at > 0 && level[at - 1].Element.CompareTo(entry.Element) > 0; at--)
                level[at] = level[at - 1];
            level[at] = entry;
        }
    }
}
