// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Kube;

/// <summary>A range of IPv4 addresses: <c>10.96.0.0/16</c>. The base address has no host bits.</summary>
public readonly record struct Cidr4
{
    private readonly uint _network;

    private Cidr4(uint network, int prefixLength)
    {
        _network = network;
        PrefixLength = prefixLength;
    }

    public int PrefixLength { get; }

    /// <summary>How many addresses the range has, the network's own and the broadcast address included.</summary>
    public long Count => 1L << (32 - PrefixLength);

    /// <summary>The first address.</summary>
    public IPAddress Network => ToAddress(_network);

    private uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    /// <summary>Reads ADDRESS/LENGTH; host bits are cleared, as Go's ParseCIDR does. <paramref name="error"/> is Go's text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Cidr4 cidr, [NotNullWhen(false)] out string? error)
    {
        cidr = default;
        error = $"invalid CIDR address: {text}";
        int slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (text is null || slash < 0 || !TryParseAddress(text[..slash], out uint address))
            return false;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > 32 || text.Length - slash > 3)
            return false;
        cidr = new Cidr4(0, length);
        cidr = new Cidr4(address & cidr.Mask, length);
        error = null;
        return true;
    }

    public static Cidr4 Parse(string text) => TryParse(text, out Cidr4 cidr, out string? error) ? cidr : throw new FormatException(error);

    /// <summary>Reads a dotted IPv4 address of four decimal parts without leading zeros; nothing else is one.</summary>
    public static bool TryParseAddress([NotNullWhen(true)] string? text, out uint address)
    {
        address = 0;
        string[] parts = text?.Split('.', 5) ?? [];
        if (parts.Length != 4)
            return false;
        foreach (string part in parts)
        {
            bool good = byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte value) && (part.Length == 1 || part[0] != '0');
            if (!good)
                return false;
            address = (address << 8) | value;
        }

        return true;
    }

    public static IPAddress ToAddress(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }

    public bool Contains(IPAddress address) => IndexOf(address) >= 0;

    public bool Overlaps(Cidr4 other)
    {
        uint mask = PrefixLength < other.PrefixLength ? Mask : other.Mask;
        return (_network & mask) == (other._network & mask);
    }

    /// <summary>The address at a place, 0 being the network's own.</summary>
    public IPAddress AddressAt(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return ToAddress(_network + (uint)index);
    }

    /// <summary>The place of an address; -1 when it lies outside.</summary>
    public long IndexOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[4];
        if (address.AddressFamily != AddressFamily.InterNetwork || !address.TryWriteBytes(bytes, out _))
            return -1;
        uint value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return (value & Mask) == _network ? value - _network : -1;
    }

    /// <summary>One of the equal parts of the range: the pod range of a node out of the cluster's.</summary>
    public Cidr4 Subnet(int prefixLength, long index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(prefixLength, PrefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, 32);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, 1L << (prefixLength - PrefixLength));
        return new Cidr4(_network + (uint)(index << (32 - prefixLength)), prefixLength);
    }

    public override string ToString() => $"{Network}/{PrefixLength}";
}
