// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Pelago.Engine.Tests.OpenApi;

/// <summary>The fields of one protocol buffers message, read by number.</summary>
internal sealed class ProtoFields
{
    private readonly Dictionary<int, List<object>> _values = [];

    public static ProtoFields Read(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoFields();
        while (message.Length > 0)
        {
            ulong tag = Varint(ref message);
            int number = (int)(tag >> 3);
            object value;
            switch (tag & 7)
            {
                case 0:
                    value = (long)Varint(ref message);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadDoubleLittleEndian(message);
                    message = message[8..];
                    break;
                case 2:
                    int length = (int)Varint(ref message);
                    value = message[..length].ToArray();
                    message = message[length..];
                    break;
                default:
                    throw new InvalidOperationException($"wire type {tag & 7}");
            }
            if (!fields._values.TryGetValue(number, out List<object>? list))
                fields._values.Add(number, list = []);
            list.Add(value);
        }
        return fields;
    }

    public string Text(int number) => Encoding.UTF8.GetString((byte[])_values[number][0]);

    public long Integer(int number) => (long)_values[number][0];

    public double Double(int number) => (double)_values[number][0];

    public ProtoFields Message(int number, int index = 0) => Read((byte[])_values[number][index]);

    public IEnumerable<ProtoFields> Messages(int number) => _values[number].Select(value => Read((byte[])value));

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        int shift = 0;
        while (true)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
            shift += 7;
        }
    }
}
