// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.InteropServices;

namespace Pelago.Kube;

/// <summary>Whole sets at once, and what a set looks like. Ports outside of this set's window stay out of it.</summary>
public sealed partial class PortSet
{
    /// <summary>How many runs of neighbouring ports there are: one when nothing is fragmented.</summary>
    public int Runs => PortWords.CountRuns(Words);

    /// <summary>The length of the longest run of neighbouring ports.</summary>
    public int LargestRun => PortWords.LargestRun(Words);

    /// <summary>Puts in what the other set has.</summary>
    public void UnionWith(PortSet other)
    {
        if (other._window != _window)
        {
            UnionWith(other.ToRanges());
            return;
        }
        // The summaries lie behind the words and are joined with them.
        Span<ulong> mine = _words;
        ReadOnlySpan<ulong> theirs = other._words;
        Span<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(mine);
        ReadOnlySpan<Vector<ulong>> wideOther = MemoryMarshal.Cast<ulong, Vector<ulong>>(theirs)[..wide.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] |= wideOther[i];
        for (int done = wide.Length * Vector<ulong>.Count; done < mine.Length; done++)
            mine[done] |= theirs[done];
        _count = -1;
    }

    /// <summary>Takes out what the other set has.</summary>
    public void ExceptWith(PortSet other)
    {
        if (other._window != _window)
        {
            ExceptWith(other.ToRanges());
            return;
        }
        Span<ulong> mine = Words;
        ReadOnlySpan<ulong> theirs = other.Words;
        Span<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(mine);
        ReadOnlySpan<Vector<ulong>> wideOther = MemoryMarshal.Cast<ulong, Vector<ulong>>(theirs)[..wide.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = Vector.AndNot(wide[i], wideOther[i]);
        for (int done = wide.Length * Vector<ulong>.Count; done < mine.Length; done++)
            mine[done] &= ~theirs[done];
        _count = -1;
    }

    /// <summary>Puts the ports of the ranges in.</summary>
    public void UnionWith(PortRanges ranges)
    {
        foreach (PortRange range in ranges.Ranges)
            Add(range);
    }

    /// <summary>Takes the ports of the ranges out.</summary>
    public void ExceptWith(PortRanges ranges)
    {
        foreach (PortRange range in ranges.Ranges)
            Remove(range);
    }

    /// <summary>Whether every port of this set is in the other one.</summary>
    public bool IsSubsetOf(PortSet other)
    {
        if (other._window != _window)
            return ToRanges().IsSubsetOf(other.ToRanges());
        ReadOnlySpan<ulong> mine = Words;
        ReadOnlySpan<ulong> theirs = other.Words;
        ReadOnlySpan<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(mine);
        ReadOnlySpan<Vector<ulong>> wideOther = MemoryMarshal.Cast<ulong, Vector<ulong>>(theirs)[..wide.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            if (Vector.AndNot(wide[i], wideOther[i]) != Vector<ulong>.Zero)
                return false;
        }
        for (int i = wide.Length * Vector<ulong>.Count; i < mine.Length; i++)
        {
            if ((mine[i] & ~theirs[i]) != 0)
                return false;
        }
        return true;
    }

    /// <summary>Whether every port of the ranges is in this set.</summary>
    public bool IsSupersetOf(PortRanges ranges)
    {
        foreach (PortRange range in ranges.Ranges)
        {
            if (!Contains(range))
                return false;
        }
        return true;
    }

    /// <summary>Whether every port of the range is in this set.</summary>
    public bool Contains(PortRange range) =>
        range.First >= _window.First && range.Last <= _window.Last && PortWords.AllSet(Words, range.First - Base, range.Last - Base);

    /// <summary>The same ports as intervals.</summary>
    public PortRanges ToRanges()
    {
        var built = new PortRanges.RangeBuilder(Runs);
        foreach ((int first, int last) in new PortWords.RunEnumerator(Words))
            built.Add(Base + first, Base + last);
        return built.ToRanges();
    }

    /// <summary>Puts the ports of a range in.</summary>
    public void Add(PortRange range)
    {
        if (!TryClip(range, out int first, out int last))
            return;
        PortWords.Set(Words, first, last);
        PortWords.Set(Summary, first >> 6, last >> 6);
        _count = -1;
    }

    /// <summary>Takes the ports of a range out.</summary>
    public void Remove(PortRange range)
    {
        if (!TryClip(range, out int first, out int last))
            return;
        int removed = PortWords.Clear(Words, first, last);
        if (_count >= 0)
            _count -= removed;
    }

    private bool TryClip(PortRange range, out int first, out int last)
    {
        first = Math.Max(range.First, _window.First) - Base;
        last = Math.Min(range.Last, _window.Last) - Base;
        return first <= last;
    }
}
