// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Numerics;

namespace Pelago.Kube;

/// <summary>
/// Which addresses of a range are taken: ClusterIPs of services, addresses of pods. The network's own address and the last one are
/// never given out. Searching goes on after the last given address, so that a freed one rests as long as possible.
/// Not thread-safe: one owner.
/// </summary>
public sealed class AddressPool
{
    /// <summary>Larger ranges are used only up to this many addresses.</summary>
    public const int MaxAddresses = 1 << 20;

    private readonly ulong[] _taken;
    private readonly int _size;
    private readonly int _first;
    private readonly int _last;
    private int _next;

    public AddressPool(Cidr4 range, int reservedAtStart = 1)
    {
        Range = range;
        _size = (int)Math.Min(range.Count, MaxAddresses);
        _taken = new ulong[(_size + 63) / 64];
        _first = Math.Min(reservedAtStart, _size);
        _last = range.Count <= MaxAddresses && _size > 1 ? _size - 2 : _size - 1;
        for (int i = 0; i < _taken.Length * 64; i++)
        {
            if (i < _first || i > _last)
                Set(i);
        }

        Free = (_taken.Length * 64) - _taken.Sum(BitOperations.PopCount);
        _next = Math.Min(_first, _size - 1);
    }

    public Cidr4 Range { get; }

    /// <summary>How many addresses are left.</summary>
    public int Free { get; private set; }

    /// <summary>Takes any free address; false when the range is full.</summary>
    public bool TryAllocate([NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (Free == 0)
            return false;
        int word = _next / 64;
        ulong free = ~_taken[word] & (ulong.MaxValue << (_next % 64));
        while (free == 0)
        {
            word = (word + 1) % _taken.Length;
            free = ~_taken[word];
        }

        int index = (word * 64) + BitOperations.TrailingZeroCount(free);
        Take(index);
        _next = (index + 1) % _size;
        address = Range.AddressAt(index);
        return true;
    }

    /// <summary>Takes a certain address; false when it is taken, reserved or outside the range.</summary>
    public bool TryAllocate(IPAddress address)
    {
        long index = Range.IndexOf(address);
        if (index < 0 || index >= _size || IsTaken((int)index))
            return false;
        Take((int)index);
        return true;
    }

    public bool IsTaken(IPAddress address)
    {
        long index = Range.IndexOf(address);
        return index >= 0 && index < _size && IsTaken((int)index);
    }

    /// <summary>Gives an address back; one that is not taken, reserved or outside changes nothing.</summary>
    public void Release(IPAddress address)
    {
        long index = Range.IndexOf(address);
        if (index < _first || index > _last || !IsTaken((int)index))
            return;
        _taken[index / 64] &= ~(1UL << (int)(index % 64));
        Free++;
    }

    private bool IsTaken(int index) => (_taken[index / 64] & (1UL << (index % 64))) != 0;

    private void Take(int index)
    {
        Set(index);
        Free--;
    }

    private void Set(int index) => _taken[index / 64] |= 1UL << (index % 64);
}
