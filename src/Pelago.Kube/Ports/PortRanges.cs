// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Pelago.Kube;

/// <summary>
/// A set of ports as intervals, for the wire, for printing and for sets with few gaps. Always canonical: ascending, disjoint, and ranges
/// that touch are one, so equal sets have equal ranges. Immutable. Where ports are taken and given back one by one, <see cref="PortSet"/>.
/// </summary>
public sealed class PortRanges : IEquatable<PortRanges>
{
    /// <summary>A longer text is not read: every other port of all, spaced out, takes no more.</summary>
    public const int MaxTextLength = 512 * 1024;

    private readonly PortRange[] _ranges;

    private PortRanges(PortRange[] canonical) => _ranges = canonical;

    public static PortRanges Empty { get; } = new([]);

    /// <summary>The ranges in ascending order; two never touch.</summary>
    public ReadOnlySpan<PortRange> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>How many ports are in it.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (PortRange range in _ranges)
                count += range.Count;
            return count;
        }
    }

    /// <summary>The set of the given ranges, in any order and overlapping at will.</summary>
    public static PortRanges Of(params ReadOnlySpan<PortRange> ranges)
    {
        if (ranges.IsEmpty)
            return Empty;
        PortRange[] sorted = ranges.ToArray();
        if (!IsAscending(sorted))
            Array.Sort(sorted, static (a, b) => a.First - b.First);
        var merged = new RangeBuilder(sorted.Length);
        foreach (PortRange range in sorted)
            merged.Add(range.First, range.Last);
        return merged.ToRanges();
    }

    /// <summary>
    /// Reads <c>[31000-32000, 8080]</c>: ranges and single ports in any order, between brackets or bare.
    /// <paramref name="error"/> names the entry that is none.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PortRanges? ranges, [NotNullWhen(false)] out string? error)
    {
        ranges = null;
        if (text.Length > MaxTextLength)
        {
            error = $"port ranges may take {MaxTextLength} characters, these take {text.Length}";
            return false;
        }
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest is ['[', .. var inner, ']'])
            rest = inner.Trim();
        var read = new List<PortRange>();
        if (!rest.IsEmpty)
        {
            foreach (Range part in rest.Split(','))
            {
                ReadOnlySpan<char> entry = rest[part].Trim();
                if (!PortRange.TryParse(entry, out PortRange range))
                {
                    error = $"\"{(entry.Length > 40 ? $"{entry[..40]}…" : entry)}\" is no port (0-{PortRange.MaxPort}) and no range of ports FIRST-LAST";
                    return false;
                }
                read.Add(range);
            }
        }
        ranges = Of(CollectionsMarshal.AsSpan(read));
        error = null;
        return true;
    }

    public bool Contains(int port)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].Contains(port))
                return true;
            if (_ranges[middle].First > port)
                high = middle - 1;
            else
                low = middle + 1;
        }
        return false;
    }

    /// <summary>Ports that are in one of the two.</summary>
    public PortRanges Union(PortRanges other)
    {
        PortRange[] a = _ranges;
        PortRange[] b = other._ranges;
        var merged = new RangeBuilder(a.Length + b.Length);
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            PortRange next = j == b.Length || (i < a.Length && a[i].First <= b[j].First) ? a[i++] : b[j++];
            merged.Add(next.First, next.Last);
        }
        return merged.ToRanges();
    }

    /// <summary>Ports that are in this one and not in the other.</summary>
    public PortRanges Except(PortRanges other)
    {
        PortRange[] b = other._ranges;
        var rest = new RangeBuilder(_ranges.Length + b.Length);
        int j = 0;
        foreach (PortRange range in _ranges)
        {
            int first = range.First;
            while (j < b.Length && b[j].Last < first)
                j++;
            // The last one that is looked at may reach into the next range: j stays on it.
            for (; j < b.Length && b[j].First <= range.Last; j++)
            {
                if (b[j].First > first)
                    rest.Add(first, b[j].First - 1);
                first = b[j].Last + 1;
                if (first > range.Last)
                    break;
            }
            if (first <= range.Last)
                rest.Add(first, range.Last);
        }
        return rest.ToRanges();
    }

    public bool IsSubsetOf(PortRanges other)
    {
        PortRange[] b = other._ranges;
        int j = 0;
        foreach (PortRange range in _ranges)
        {
            while (j < b.Length && b[j].Last < range.First)
                j++;
            if (j == b.Length || b[j].First > range.First || b[j].Last < range.Last)
                return false;
        }
        return true;
    }

    public bool Equals(PortRanges? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as PortRanges);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(Ranges));
        return hash.ToHashCode();
    }

    /// <summary>The one text of this set: <c>[8080, 31000-32000]</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("[");
        foreach (PortRange range in _ranges)
            text.Append(text.Length > 1 ? ", " : "").Append(range.ToString());
        return text.Append(']').ToString();
    }

    private static bool IsAscending(PortRange[] ranges)
    {
        for (int i = 1; i < ranges.Length; i++)
        {
            if (ranges[i].First < ranges[i - 1].First)
                return false;
        }
        return true;
    }

    /// <summary>Takes ranges in the order of their first ports and joins those that overlap or touch.</summary>
    internal struct RangeBuilder(int capacity)
    {
        private readonly PortRange[] _built = capacity == 0 ? [] : new PortRange[capacity];
        private int _count;
        private int _first;
        private int _last = -2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int first, int last)
        {
            if (first <= _last + 1)
            {
                _last = Math.Max(_last, last);
                return;
            }
            Flush();
            _first = first;
            _last = last;
        }

        public PortRanges ToRanges()
        {
            Flush();
            _last = -2;
            return _count == 0 ? Empty : new PortRanges(_count == _built.Length ? _built : _built[.._count]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Flush()
        {
            if (_last >= 0)
                _built[_count++] = PortRange.Unchecked(_first, _last);
        }
    }
}
