// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;

namespace Pelago.Node.Logs;

/// <summary>What one stream of a container brings to its log, piece by piece as another process writes it, and the last of it. Used by one reader.</summary>
internal sealed class LoggedOutput : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int MostKept = 256 * 1024;
    private readonly string _path;
    private readonly LogText _text;
    private readonly ArrayBufferWriter<byte> _kept = new();
    private LogPosition? _log;
    private bool _isTooLong;

    private LoggedOutput(string path, LogStream stream)
    {
        (_path, _text) = (path, new LogText(new LogQuery { Stream = stream }));
    }

    /// <summary>The end of what has been read.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.WrittenMemory;

    /// <summary>The file that is read, by its name now; null while there is none.</summary>
    public string? File => _log is null ? null : new FileInfo($"/proc/self/fd/{_log.File.SafeFileHandle.DangerousGetHandle()}").LinkTarget;

    /// <summary>Everything that was written since the beginning is in the file that is read.</summary>
    public bool IsWhole => _log is not null && !_isTooLong && _log.RotatedName(_path) is null;

    /// <summary>From now on, or with what the log of a container that has just started has already.</summary>
    public static LoggedOutput Open(string path, LogStream stream, bool withEarly)
    {
        var output = new LoggedOutput(path, stream) { _log = LogPosition.OpenCurrent(path) };
        if (output._log is { } log && !(withEarly && EarlyOutput.IsShort(log, path)))
            log.File.Position = log.File.Length;
        return output;
    }

    /// <summary>What has come since the last call, or some of it; nothing when there is nothing new. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> ReadMore()
    {
        if ((_log ??= LogPosition.OpenCurrent(_path)) is not { } log)
            return default;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (RandomAccess.Read(log.File.SafeFileHandle, buffer.AsSpan(0, BufferSize), log.File.Position) is var read and > 0)
            {
                int whole = buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
                _isTooLong |= whole == 0 && read == BufferSize;
                if (whole == 0)
                    return default;
                log.File.Position += whole;
                ReadOnlyMemory<byte> text = _text.Decode(buffer.AsSpan(0, whole));
                Keep(text.Span);
                if (!text.IsEmpty)
                    return text;
            }
            return default;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _log?.Dispose();

    private void Keep(ReadOnlySpan<byte> text)
    {
        _kept.Write(text);
        if (_kept.WrittenCount <= MostKept)
            return;
        byte[] last = _kept.WrittenSpan[^(MostKept / 2)..].ToArray();
        _kept.ResetWrittenCount();
        _kept.Write(last);
    }
}
