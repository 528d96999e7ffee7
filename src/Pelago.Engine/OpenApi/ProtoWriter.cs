// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pelago.Engine.OpenApi;

/// <summary>
/// The wire format of protocol buffers, as far as documents need it. A nested message is written into a buffer of its own depth and then copied
/// behind its length.
/// </summary>
internal sealed class ProtoWriter
{
    private readonly List<ArrayBufferWriter<byte>> _levels = [new ArrayBufferWriter<byte>(64 * 1024)];
    private int _depth;

    public ReadOnlySpan<byte> Written => _levels[0].WrittenSpan;

    public void Text(int field, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Tag(field, 2);
        Varint((ulong)length);
        Encoding.UTF8.GetBytes(text, _levels[_depth].GetSpan(length));
        _levels[_depth].Advance(length);
    }

    public void Integer(int field, long value)
    {
        Tag(field, 0);
        Varint((ulong)value);
    }

    public void Flag(int field, bool value) => Integer(field, value ? 1 : 0);

    public void Double(int field, double value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteDoubleLittleEndian(_levels[_depth].GetSpan(8), value);
        _levels[_depth].Advance(8);
    }

    /// <summary>A field that is a message; <paramref name="write"/> writes its fields.</summary>
    public void Message<T>(int field, T value, Action<T> write)
    {
        if (++_depth == _levels.Count)
            _levels.Add(new ArrayBufferWriter<byte>(1024));
        ArrayBufferWriter<byte> inner = _levels[_depth];
        inner.ResetWrittenCount();
        write(value);
        _depth--;
        Tag(field, 2);
        Varint((ulong)inner.WrittenCount);
        _levels[_depth].Write(inner.WrittenSpan);
    }

    private void Tag(int field, int wireType) => Varint((ulong)((field << 3) | wireType));

    private void Varint(ulong value)
    {
        Span<byte> span = _levels[_depth].GetSpan(10);
        int count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[count++] = (byte)value;
        _levels[_depth].Advance(count);
    }
}
