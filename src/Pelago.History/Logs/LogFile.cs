// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Pelago.History.Logs;

/// <summary>A day's log file: compressed segments one after the other, and nothing else. What they are is in the day's database.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Compressor _compressor;
    private readonly byte[] _packed = new byte[Compressor.GetCompressBound(LogCapture.PieceBytes)];
    private readonly string _path;
    private bool _unflushed;

    /// <summary>Goes on at <paramref name="end"/>: what is behind it was never committed.</summary>
    public LogFile(string path, long end, Compressor compressor)
    {
        bool isNew = !File.Exists(path);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (isNew)
            File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (RandomAccess.GetLength(_file) > end)
            RandomAccess.SetLength(_file, end);
        (_path, End, _compressor) = (path, end, compressor);
    }

    public long End { get; private set; }

    public Segment Append(ReadOnlySpan<byte> text, int lines)
    {
        ReadOnlySpan<byte> packed = _packed.AsSpan(0, _compressor.Wrap(text, _packed));
        return AppendPacked(packed.Length < text.Length ? packed : text, text.Length, lines);
    }

    /// <summary>A segment of another file as it is there.</summary>
    public Segment AppendPacked(ReadOnlySpan<byte> packed, int bytes, int lines)
    {
        var segment = new Segment(End, packed.Length, bytes, lines);
        try
        {
            RandomAccess.Write(_file, packed, End);
        }
        catch (IOException fault)
        {
            throw new HistoryException($"a log could not be written to {_path}: {fault.Message}", fault);
        }

        End += packed.Length;
        _unflushed = true;
        return segment;
    }

    public void Flush()
    {
        if (_unflushed)
            RandomAccess.FlushToDisk(_file);
        _unflushed = false;
    }

    public void Dispose() => _file.Dispose();
}
