// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;

namespace Pelago.Node.Logs;

/// <summary>How a container's log is cut: a file of at most <see cref="MaxBytes"/> (and one batch), <see cref="MaxFiles"/> of them in all.</summary>
internal sealed record LogRotation(long MaxBytes = 10 * 1024 * 1024, int MaxFiles = LogRotation.KeptRotated + 1)
{
    /// <summary>With so many rotated files beside the current one older ones may have gone.</summary>
    public const int KeptRotated = 4;
}

internal enum Transfer
{
    /// <summary>Something was taken; there may be more.</summary>
    Moved,

    /// <summary>Nothing is there now.</summary>
    Empty,

    /// <summary>Nobody can write any more.</summary>
    End,
}

/// <summary>
/// Moves what a container writes into its log file so that a kill -9 of this process between any two instructions neither loses nor repeats a byte:
/// the kernel moves a batch from the FIFO to a raw file in one call (splice), then the batch is written to the log, then the progress file says so.
/// What the progress file does not cover is done again after a restart, onto a log cut back to where it stood.
/// Used by the event loop's thread only.
/// </summary>
internal sealed unsafe class ContainerLog : IDisposable
{
    private const int BatchSize = 64 * 1024;
    private const long TruncateRawAt = 1024 * 1024;
    private const uint SpliceNonBlocking = 2;
    private const int ProgressSize = 24;

    private readonly string _path;
    private readonly LogRotation _rotation;
    private readonly TimeProvider _time;
    private readonly string _stateDirectory;
    private readonly OpenLogs _open;
    private readonly RawStream[] _raw = [new(), new()];
    private SafeFileHandle? _progress;
    private SafeFileHandle? _log;
    private long _length;

    [ThreadStatic]
    private static byte[]? _batch;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _records;

    public ContainerLog(string path, string stateDirectory, LogRotation rotation, TimeProvider time, OpenLogs open)
    {
        _path = path;
        _rotation = rotation;
        _time = time;
        _stateDirectory = stateDirectory;
        _open = open;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        OpenFiles();
        Recover();
        Rest();
    }

    /// <summary>Gets every batch after it is in the log.</summary>
    public Action<LogStream, ReadOnlySpan<byte>>? Written { get; set; }

    /// <summary>Takes one batch out of a FIFO. An <see cref="IOException"/> (disk full) leaves the batch where it was.</summary>
    public Transfer TakeFrom(SafeFileHandle fifo, LogStream stream)
    {
        RawStream raw = _raw[(int)stream];
        Open();
        if (raw.HasRest)
            RecoverRaw(stream);
        long offset = raw.Offset;
        nint moved = LibC.Splice(fifo, 0, raw.File!, &offset, BatchSize, SpliceNonBlocking);
        if (moved > 0)
        {
            Process(stream, moved);
            return Transfer.Moved;
        }
        if (moved == 0)
            return Transfer.End;
        return Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR
            ? Transfer.Empty
            : throw Descriptors.Failure($"move output of a container towards {_path}");
    }

    /// <summary>Output that does not come from a FIFO (a terminal).</summary>
    public void Append(ReadOnlySpan<byte> data, LogStream stream)
    {
        Open();
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> piece = data[..Math.Min(data.Length, BatchSize)];
            if (_raw[(int)stream].HasRest)
                RecoverRaw(stream);
            RandomAccess.Write(_raw[(int)stream].File!, piece, _raw[(int)stream].Offset);
            Process(stream, piece.Length);
            data = data[piece.Length..];
        }
    }

    public void Dispose()
    {
        _open.Remove(this);
        Rest();
    }

    /// <summary>Closes the files until there is output again: of thousands of containers few print at any moment.</summary>
    public void Rest()
    {
        _log?.Dispose();
        _progress?.Dispose();
        foreach (RawStream raw in _raw)
            raw.File?.Dispose();
        _log = _progress = _raw[0].File = _raw[1].File = null;
    }

    private void Open()
    {
        if (_log is not null)
            return;
        OpenFiles();
        // Whoever cut the file meanwhile must not find a hole in it.
        _length = Math.Min(_length, RandomAccess.GetLength(_log!));
        _open.Add(this);
    }

    private void OpenFiles()
    {
        _progress = OpenFile(Path.Combine(_stateDirectory, "log.progress"));
        _raw[0].File = OpenFile(Path.Combine(_stateDirectory, "stdout.raw"));
        _raw[1].File = OpenFile(Path.Combine(_stateDirectory, "stderr.raw"));
        _log = OpenFile(_path);
    }

    private static SafeFileHandle OpenFile(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private void Process(LogStream stream, nint count)
    {
        RawStream raw = _raw[(int)stream];
        // Until it is in the log: a fault on the way (a full disk) leaves the batch in the raw file, for the next try.
        raw.HasRest = true;
        if (_length >= _rotation.MaxBytes)
            Rotate();
        byte[] batch = _batch ??= new byte[BatchSize];
        ArrayBufferWriter<byte> records = _records ??= new ArrayBufferWriter<byte>(BatchSize);
        int read = RandomAccess.Read(raw.File!, batch.AsSpan(0, (int)count), raw.Offset);
        ReadOnlySpan<byte> data = batch.AsSpan(0, read);
        records.ResetWrittenCount();
        CriLogFormat.Encode(data, stream, _time.GetUtcNow(), records);
        RandomAccess.Write(_log!, records.WrittenSpan, _length);
        _length += records.WrittenCount;
        raw.Offset += read;
        raw.HasRest = false;
        SaveProgress();
        if (raw.Offset > TruncateRawAt)
        {
            // A crash before the next SaveProgress leaves an offset beyond the file, which Recover reads as "all done".
            RandomAccess.SetLength(raw.File!, 0);
            raw.Offset = 0;
            SaveProgress();
        }
        Written?.Invoke(stream, data);
    }

    private void Recover()
    {
        Span<byte> saved = stackalloc byte[ProgressSize];
        saved.Clear();
        _ = RandomAccess.Read(_progress!, saved, 0);
        long known = BinaryPrimitives.ReadInt64LittleEndian(saved);
        long actual = RandomAccess.GetLength(_log!);
        // A shorter log than the progress knows was rotated just before the end: it is a new file.
        _length = Math.Min(known, actual);
        RandomAccess.SetLength(_log!, _length);
        for (int i = 0; i < _raw.Length; i++)
        {
            _raw[i].Offset = BinaryPrimitives.ReadInt64LittleEndian(saved[(8 * (i + 1))..]);
            RecoverRaw((LogStream)i);
        }
    }

    private void RecoverRaw(LogStream stream)
    {
        RawStream raw = _raw[(int)stream];
        long length = RandomAccess.GetLength(raw.File!);
        if (raw.Offset > length)
        {
            RandomAccess.SetLength(raw.File!, 0);
            raw.Offset = 0;
            SaveProgress();
            return;
        }
        for (long left = length - raw.Offset; left > 0; left = length - raw.Offset)
        {
            Process(stream, (nint)Math.Min(left, BatchSize));
            if (raw.Offset == 0)
                return;
        }
    }

    private void SaveProgress()
    {
        Span<byte> record = stackalloc byte[ProgressSize];
        BinaryPrimitives.WriteInt64LittleEndian(record, _length);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], _raw[0].Offset);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], _raw[1].Offset);
        RandomAccess.Write(_progress!, record, 0);
    }

    /// <summary>0.log becomes 0.log.20260102-030405.0000001; the oldest beyond the limit go.</summary>
    private void Rotate()
    {
        _log!.Dispose();
        if (File.Exists(_path))
            File.Move(_path, $"{_path}.{_time.GetUtcNow():yyyyMMdd-HHmmss.fffffff}", overwrite: true);
        string[] old = LogFiles.Rotated(_path);
        foreach (string file in old.Take(Math.Max(0, old.Length - (_rotation.MaxFiles - 1))))
            File.Delete(file);
        _log = OpenFile(_path);
        _length = 0;
        SaveProgress();
    }

    private sealed class RawStream
    {
        public SafeFileHandle? File { get; set; }
        public long Offset { get; set; }

        /// <summary>Something behind <see cref="Offset"/> is not in the log yet.</summary>
        public bool HasRest { get; set; }
    }
}
