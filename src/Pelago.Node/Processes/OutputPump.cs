// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>Carries one output of a container into its log, on the event loop's thread. A full disk stops the container's writes, loses nothing, and is tried again.</summary>
internal sealed partial class OutputPump : IReadiness, IDisposable
{
    private const int BatchesPerTurn = 8;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _source;
    private readonly ContainerLog _log;
    private readonly LogStream _stream;
    private readonly bool _isTerminal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private EventLoop.Registration? _registration;
    private bool _disposed;

    public OutputPump(EventLoop loop, SafeFileHandle source, ContainerLog log, LogStream stream, bool isTerminal, TimeProvider time, ILogger logger)
    {
        _loop = loop;
        _source = source;
        _log = log;
        _stream = stream;
        _isTerminal = isTerminal;
        _time = time;
        _logger = logger;
        _registration = loop.Add(source, LibC.EpollIn, this);
    }

    public void OnReady(uint events)
    {
        try
        {
            Transfer result = Transfer.Moved;
            for (int i = 0; i < BatchesPerTurn && result == Transfer.Moved; i++)
                result = Move();
            if (result == Transfer.End || (result == Transfer.Empty && (events & LibC.EpollHangUp) != 0))
                Stop();
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            Log.CannotWrite(_logger, fault);
            Stop();
            _ = RetryAsync();
        }
    }

    /// <summary>Takes all that is there now. Only on the loop's thread.</summary>
    public void Drain()
    {
        if (_disposed)
            return;
        try
        {
            while (Move() == Transfer.Moved)
            {
                // Until nothing is left.
            }
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            Log.CannotWrite(_logger, fault);
        }
    }

    /// <summary>Only on the loop's thread.</summary>
    public void Dispose()
    {
        _disposed = true;
        Stop();
        _source.Dispose();
    }

    /// <summary>A file that reaches the limit of its length (EFBIG) is no IOException in .NET.</summary>
    private static bool IsRefusal(Exception fault) => fault is IOException or ArgumentOutOfRangeException;

    private Transfer Move() => _isTerminal ? MoveFromTerminal() : _log.TakeFrom(_source, _stream);

    private unsafe Transfer MoveFromTerminal()
    {
        const int Size = 16 * 1024;
        byte* buffer = stackalloc byte[Size];
        nint count = LibC.Read(_source, buffer, Size);
        if (count > 0)
        {
            _log.Append(new ReadOnlySpan<byte>(buffer, (int)count), _stream);
            return Transfer.Moved;
        }
        return count == 0 || Marshal.GetLastPInvokeError() == LibC.EIO ? Transfer.End : Transfer.Empty;
    }

    private void Stop()
    {
        if (_registration is not null)
            _loop.Remove(_registration);
        _registration = null;
    }

    private async Task RetryAsync()
    {
        await Task.Delay(RetryAfterFailure, _time);
        _loop.Post(() =>
        {
            if (!_disposed && _registration is null)
                _registration = _loop.Add(_source, LibC.EpollIn, this);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Warning, "Output of a container cannot be written to its log; its writes wait until that works again (is the disk full, or a limit of the length of files reached?)")]
        public static partial void CannotWrite(ILogger log, Exception fault);
    }
}
