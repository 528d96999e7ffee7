// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Pelago.History.Logs;

/// <summary>Reads segments of a day's log file.</summary>
internal sealed class SegmentReader(string path) : IDisposable
{
    private const int MaxBytes = 2 * LogCapture.PieceBytes;
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private readonly Decompressor _decompressor = new();

    public byte[] Packed(Segment segment)
    {
        if (segment.Size is < 0 or > MaxBytes || segment.Bytes is < 0 or > MaxBytes)
            throw Damaged(segment, "its size cannot be");
        byte[] packed = new byte[segment.Size];
        for (int read = 0; read < packed.Length;)
        {
            int count = RandomAccess.Read(_file, packed.AsSpan(read), segment.At + read);
            if (count == 0)
                throw Damaged(segment, "the file ends before it");
            read += count;
        }

        return packed;
    }

    public byte[] Text(Segment segment)
    {
        byte[] packed = Packed(segment);
        if (segment.Size == segment.Bytes)
            return packed;
        byte[] text = new byte[segment.Bytes];
        try
        {
            return _decompressor.Unwrap(packed, text) == text.Length ? text : throw Damaged(segment, "it is shorter than it was");
        }
        catch (ZstdException fault)
        {
            throw Damaged(segment, fault.Message);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _decompressor.Dispose();
    }

    private HistoryException Damaged(Segment segment, string why) => new($"{path} is damaged: the segment at {segment.At} could not be read, for {why}");
}
