// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Kube;

/// <summary>One field as it stands on the wire: a number, or bytes.</summary>
internal readonly record struct ProtobufValue(int Number, ulong Integer, ReadOnlyMemory<byte> Bytes);

/// <summary>Takes a message apart into its fields. What is cut short or malformed is an <see cref="InvalidDataException"/>.</summary>
internal static class ProtobufReader
{
    private const int MaxVarintBytes = 10;

    public static List<ProtobufValue> Read(ReadOnlyMemory<byte> message)
    {
        var fields = new List<ProtobufValue>();
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message.Span, ref at);
            ulong number = tag >> 3;
            if (number is 0 or > 536_870_911)
                throw new InvalidDataException($"field number {number} does not exist");
            fields.Add((tag & 7) switch
            {
                0 => new ProtobufValue((int)number, Varint(message.Span, ref at), default),
                1 => new ProtobufValue((int)number, BitConverter.ToUInt64(Take(message, 8, ref at).Span), default),
                2 => new ProtobufValue((int)number, 0, Take(message, Varint(message.Span, ref at), ref at)),
                5 => new ProtobufValue((int)number, BitConverter.ToUInt32(Take(message, 4, ref at).Span), default),
                var type => throw new InvalidDataException($"wire type {type} of field {number} is not known"),
            });
        }

        return fields;
    }

    public static IEnumerable<ProtobufValue> Packed(ProtobufValue field)
    {
        for (int at = 0; at < field.Bytes.Length;)
            yield return new ProtobufValue(field.Number, Varint(field.Bytes.Span, ref at), default);
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            if (at >= bytes.Length)
                throw new InvalidDataException("a number is cut short");
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("a number is longer than ten bytes");
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> bytes, ulong length, ref int at)
    {
        if (length > (ulong)(bytes.Length - at))
            throw new InvalidDataException($"{length} bytes are announced and {bytes.Length - at} are there");
        ReadOnlyMemory<byte> taken = bytes.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }
}
