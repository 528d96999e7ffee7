// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace Pelago.Cli.Images.Building;

/// <summary>
/// What a program or library of 64 bits loads at its start: the loader (PT_INTERP) and the libraries of its dynamic section (DT_NEEDED), as elf(5)
/// describes them. Files come from this machine, and still nothing in one leads the reader out of it.
/// </summary>
internal sealed record ElfFile(int Machine, string? Interpreter, IReadOnlyList<string> Needed)
{
    private const int HeaderSize = 64, SegmentSize = 56, EntrySize = 16, MostEntries = 4096;
    private const int Load = 1, Dynamic = 2, Interp = 3;
    private const long NeededTag = 1, StringsTag = 5;
    private const long MostStrings = 16 << 20;

    /// <summary>Null when the file is none of ELF, or of another kind than little-endian 64 bits.</summary>
    public static ElfFile? TryRead(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        byte[] header = At(file, 0, HeaderSize);
        if (header.Length < HeaderSize || !header.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            return null;
        Segment[] segments = Segments(file, BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32)), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56)));
        Segment? interp = segments.FirstOrDefault(segment => segment.Type == Interp);
        Segment? dynamic = segments.FirstOrDefault(segment => segment.Type == Dynamic);
        return new ElfFile(
            BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18)),
            interp is null ? null : Text(At(file, interp.Offset, (int)Math.Min(interp.Size, 4096)), 0),
            dynamic is null ? [] : NeededBy(file, dynamic, segments));
    }

    private static Segment[] Segments(FileStream file, long offset, int count)
    {
        byte[] table = At(file, offset, count * SegmentSize);
        return [.. Enumerable.Range(0, table.Length / SegmentSize).Select(i => SegmentOf(table.AsSpan(i * SegmentSize, SegmentSize)))];
    }

    private static Segment SegmentOf(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]), BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[32..]));

    private static List<string> NeededBy(FileStream file, Segment dynamic, Segment[] segments)
    {
        byte[] table = At(file, dynamic.Offset, (int)Math.Min(dynamic.Size, MostEntries * EntrySize));
        var names = new List<long>();
        long strings = -1;
        for (int at = 0; at + EntrySize <= table.Length; at += EntrySize)
        {
            long tag = BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at)), value = BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at + 8));
            if (tag == NeededTag)
                names.Add(value);
            else if (tag == StringsTag)
                strings = value;
        }
        // The table of names is said by where it is in memory.
        Segment? holder = segments.FirstOrDefault(segment => segment.Type == Load && strings >= segment.Address && strings < segment.Address + segment.Size);
        if (holder is null || names.Count == 0)
            return [];
        byte[] text = At(file, holder.Offset + (strings - holder.Address), (int)Math.Min(MostStrings, Math.Min(names.Max() + 4096, holder.Size)));
        return [.. names.Where(name => name >= 0 && name < text.Length).Select(name => Text(text, (int)name))];
    }

    private static byte[] At(FileStream file, long offset, int count)
    {
        if (offset < 0 || offset > file.Length || count < 0)
            return [];
        byte[] buffer = new byte[Math.Min(count, file.Length - offset)];
        int read = RandomAccess.Read(file.SafeFileHandle, buffer, offset);
        return read == buffer.Length ? buffer : buffer[..read];
    }

    private static string Text(byte[] bytes, int start)
    {
        int end = Array.IndexOf(bytes, (byte)0, start);
        return Encoding.UTF8.GetString(bytes, start, (end < 0 ? bytes.Length : end) - start);
    }

    private sealed record Segment(int Type, long Offset, long Address, long Size);
}
