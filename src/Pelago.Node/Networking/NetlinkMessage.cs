// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Pelago.Node.Networking;

/// <summary>Builds one rtnetlink request: a header, a fixed part, and nested attributes (man 7 rtnetlink). All little-endian: Linux on x86-64 and arm64.</summary>
internal sealed class NetlinkMessage
{
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort NewAddress = 20;
    public const ushort DeleteAddress = 21;
    public const ushort NewRoute = 24;
    public const ushort DeleteRoute = 25;

    private const ushort Request = 0x1;
    private const ushort Acknowledge = 0x4;
    private const ushort Nested = 0x8000;
    private readonly List<byte> _bytes = new(256);

    public NetlinkMessage(ushort type, ushort flags, ReadOnlySpan<byte> fixedPart)
    {
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)(Request | Acknowledge | flags));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 1);
        _bytes.AddRange(header);
        _bytes.AddRange(fixedPart);
    }

    /// <summary>struct ifinfomsg.</summary>
    public static byte[] LinkPart(int index = 0, uint flags = 0, uint change = 0)
    {
        byte[] part = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(4), index);
        BinaryPrimitives.WriteUInt32LittleEndian(part.AsSpan(8), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(part.AsSpan(12), change);
        return part;
    }

    public NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], type);
        _bytes.AddRange(header);
        _bytes.AddRange(value);
        Pad();
        return this;
    }

    public NetlinkMessage Attribute(ushort type, string value) => Attribute(type, Encoding.ASCII.GetBytes(value + '\0'));

    public NetlinkMessage Attribute(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Attribute(type, bytes);
    }

    public NetlinkMessage Attribute(ushort type, IPAddress value) => Attribute(type, value.GetAddressBytes());

    /// <summary>An attribute made of a fixed part (may be empty) and further attributes.</summary>
    public NetlinkMessage Nest(ushort type, ReadOnlySpan<byte> fixedPart, Action<NetlinkMessage> fill)
    {
        int start = _bytes.Count;
        _bytes.AddRange([0, 0, (byte)type, Nested >> 8]);
        _bytes.AddRange(fixedPart);
        fill(this);
        int length = _bytes.Count - start;
        _bytes[start] = (byte)length;
        _bytes[start + 1] = (byte)(length >> 8);
        return this;
    }

    public byte[] ToArray()
    {
        byte[] message = [.. _bytes];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        return message;
    }

    private void Pad()
    {
        while (_bytes.Count % 4 != 0)
            _bytes.Add(0);
    }
}
