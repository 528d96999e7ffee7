// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Net.Http;
using System.Net.Sockets;
using Pelago.Kube;

namespace Pelago.Client.Http;

/// <summary>Splits the body of a watch into events, with a bound on each line and on silence.</summary>
internal sealed class WatchReader : IDisposable
{
    private readonly PipeReader _pipe;
    private readonly RequestSender _sender;
    private readonly HttpKubeApiOptions _options;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _cancel;

    public WatchReader(Stream body, RequestSender sender, HttpKubeApiOptions options, CancellationToken cancel)
    {
        _pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 << 10, minimumReadSize: 4 << 10));
        _sender = sender;
        _options = options;
        _cancel = cancel;
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, sender.Time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancel);
    }

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
        _pipe.Complete();
    }

    /// <summary>The next event; null when the server ended the watch, or said nothing for too long.</summary>
    public async ValueTask<RawWatchEvent?> NextAsync(string what)
    {
        while (true)
        {
            if (await ReadAsync(what) is not { } read)
                return null;
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> line = buffer.Slice(0, end);
                RawWatchEvent? parsed = IsBlank(line) ? null : WatchLine.Parse(line) ?? Garbled();
                _pipe.AdvanceTo(buffer.GetPosition(1, end));
                if (parsed is not null)
                    return parsed;
                continue;
            }
            if (buffer.Length > _options.MaxEventBytes)
                return Failed($"a line of the watch is longer than {_options.MaxEventBytes} bytes");
            if (read.IsCompleted)
            {
                RawWatchEvent? last = IsBlank(buffer) ? null : WatchLine.Parse(buffer) ?? Garbled();
                _pipe.AdvanceTo(buffer.End);
                return last;
            }
            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async ValueTask<ReadResult?> ReadAsync(string what)
    {
        try
        {
            ValueTask<ReadResult> pending = _pipe.ReadAsync(_either.Token);
            if (!pending.IsCompleted)
                _silence.CancelAfter(_options.WatchIdleTimeout);
            return await pending;
        }
        catch (OperationCanceledException) when (!_cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or SocketException && !_cancel.IsCancellationRequested)
        {
            throw _sender.Unreachable(what, failure);
        }
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (ReadOnlyMemory<byte> part in line)
        {
            if (part.Span.ContainsAnyExcept((byte)' ', (byte)'\r', (byte)'\n'))
                return false;
        }
        return true;
    }

    private static RawWatchEvent Garbled() => Failed("unable to decode an event from the watch stream");

    private static RawWatchEvent Failed(string why) => WatchLine.Error(ApiStatus.Internal(why));
}
