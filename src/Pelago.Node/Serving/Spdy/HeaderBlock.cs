// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace Pelago.Node.Serving.Spdy;

/// <summary>Headers as SPDY/3 writes them before compression: their number, then length and bytes of each name and value, all numbers of four bytes.</summary>
internal static class HeaderBlock
{
    public const int MaxHeaders = 64;

    /// <summary>Of all names and values together, decompressed.</summary>
    public const int MaxBytes = 16 * 1024;

    public static byte[] Encode(IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        using var block = new MemoryStream();
        WriteNumber(block, headers.Count);
        foreach ((string name, string value) in headers)
        {
            WriteText(block, name);
            WriteText(block, value);
        }
        return block.ToArray();
    }

    /// <summary>Reads exactly one block; one that is too large is not read to its end.</summary>
    public static IReadOnlyDictionary<string, string> Read(Stream stream)
    {
        uint count = ReadNumber(stream);
        if (count > MaxHeaders)
            throw new SpdyException($"a header block of {count} headers; at most {MaxHeaders} are read");
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        int left = MaxBytes;
        for (uint i = 0; i < count; i++)
        {
            string name = ReadText(stream, ref left);
            string value = ReadText(stream, ref left);
            if (!headers.TryAdd(name, value))
                throw new SpdyException("a header block that says one header twice");
        }
        return headers;
    }

    private static uint ReadNumber(Stream stream)
    {
        Span<byte> number = stackalloc byte[4];
        stream.ReadExactly(number);
        return BinaryPrimitives.ReadUInt32BigEndian(number);
    }

    private static string ReadText(Stream stream, ref int left)
    {
        uint length = ReadNumber(stream);
        if (length > left)
            throw new SpdyException($"a header block of more than {MaxBytes} bytes");
        left -= (int)length;
        byte[] text = new byte[length];
        stream.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    private static void WriteNumber(MemoryStream block, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        block.Write(bytes);
    }

    private static void WriteText(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(block, bytes.Length);
        block.Write(bytes);
    }
}
