// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.Net.WebSockets;

namespace Pelago.Node.Serving.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection whose streams the client opens, as kubectl does. One receives, many may send. There is no flow control:
/// kubectl's library neither sends nor heeds windows, so slowness of one side reaches the other by TCP alone: what nobody receives is not read, and
/// nothing is queued here.
/// </summary>
internal sealed class SpdyConnection(Stream stream, int maxStreams = SpdyConnection.DefaultMaxStreams) : IAsyncDisposable
{
    public const int DefaultMaxStreams = 1024;
    private readonly FrameReader _reader = new(stream);
    private readonly FrameWriter _writer = new(stream);
    private readonly HeaderInflater _inflater = new();
    private readonly StreamTable _streams = new(maxStreams);
    private int _openedEnded;

    /// <summary>How many streams are open.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>
    /// What the client does next; its data are valid until the next call. Null when it has left, or has broken the protocol: then it has been told by GOAWAY.
    /// </summary>
    public async Task<SpdyEvent?> ReceiveAsync(CancellationToken cancel)
    {
        int ended = _openedEnded;
        _openedEnded = 0;
        if (ended != 0 && _streams.EndReceiving(ended))
            return new SpdyEvent(SpdyEventKind.Ended, ended);
        try
        {
            while (await _reader.ReadAsync(cancel) is { } frame)
            {
                if (await HandleAsync(frame, cancel) is { } happened)
                    return happened;
            }
        }
        catch (SpdyException)
        {
            await SendAsync(() => _writer.NumbersAsync(FrameType.GoAway, [(uint)_streams.Last, (uint)GoAwayStatus.ProtocolError], cancel));
        }
        catch (Exception fault) when (IsGone(fault))
        {
            // As good as closed.
        }
        return null;
    }

    /// <summary>Accepts a stream that was opened.</summary>
    public Task TakeAsync(int streamId, CancellationToken cancel) => SendAsync(() => _writer.ReplyAsync(streamId, cancel));

    /// <summary>Ends a stream in both directions.</summary>
    public Task RefuseAsync(int streamId, RstStatus why, CancellationToken cancel)
    {
        _streams.Remove(streamId);
        return SendAsync(() => _writer.NumbersAsync(FrameType.RstStream, [(uint)streamId, (uint)why], cancel));
    }

    /// <summary>Sends on a stream; what the client does not want any more is dropped.</summary>
    public Task WriteAsync(int streamId, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        data.IsEmpty || !_streams.CanSend(streamId) ? Task.CompletedTask : SendAsync(() => _writer.DataAsync(streamId, data, isFin: false, cancel));

    /// <summary>Says that nothing more is sent on the stream.</summary>
    public Task EndAsync(int streamId, CancellationToken cancel) =>
        _streams.EndSending(streamId) ? SendAsync(() => _writer.DataAsync(streamId, default, isFin: true, cancel)) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _inflater.Dispose();
        _writer.Dispose();
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception fault) when (IsGone(fault))
        {
            // The client was faster.
        }
    }

    private static bool IsGone(Exception fault) => fault is IOException or WebSocketException or ObjectDisposedException;

    /// <summary>A client that has left is told nothing; its receiver learns of it.</summary>
    private static async Task SendAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception fault) when (IsGone(fault))
        {
            // See above.
        }
    }

    private async ValueTask<SpdyEvent?> HandleAsync(Frame frame, CancellationToken cancel)
    {
        ReadOnlySpan<byte> payload = frame.Payload.Span;
        switch (frame.Type)
        {
            case FrameType.Data:
                return await DataAsync(frame, cancel);
            case FrameType.SynStream:
                return await OpenAsync(frame, cancel);
            case FrameType.RstStream:
                int id = Number(payload, 0);
                return _streams.Remove(id) ? new SpdyEvent(SpdyEventKind.Reset, id) : null;
            case FrameType.Ping:
                // The client's numbers are odd; an even one would be an answer, and nothing is asked.
                int ping = Number(payload, 0);
                if ((ping & 1) == 1)
                    await SendAsync(() => _writer.NumbersAsync(FrameType.Ping, [(uint)ping], cancel));
                return null;
            case FrameType.Headers:
                // Nobody needs them, but all that follow refer to them.
                int of = Number(payload, 0);
                _inflater.Inflate(payload[4..]);
                return frame.Ends && _streams.EndReceiving(of) ? new SpdyEvent(SpdyEventKind.Ended, of) : null;
            case FrameType.SynReply:
                throw new SpdyException("an answer to a stream that was not opened");
            default:
                return null;
        }
    }

    private async ValueTask<SpdyEvent?> DataAsync(Frame frame, CancellationToken cancel)
    {
        if (frame.StreamId == 0 || frame.StreamId > _streams.Last)
        {
            if (frame.Starts)
                await SendAsync(() => _writer.NumbersAsync(FrameType.RstStream, [(uint)frame.StreamId, (uint)RstStatus.InvalidStream], cancel));
            return null;
        }
        // What comes late for a stream that is no more is dropped.
        if (frame.Ends)
            return _streams.EndReceiving(frame.StreamId) ? new SpdyEvent(SpdyEventKind.Ended, frame.StreamId) : null;
        return frame.Payload.Length > 0 && _streams.CanReceive(frame.StreamId)
            ? new SpdyEvent(SpdyEventKind.Data, frame.StreamId, frame.Payload, frame.Starts)
            : null;
    }

    private async ValueTask<SpdyEvent?> OpenAsync(Frame frame, CancellationToken cancel)
    {
        const int FixedBytes = 10;
        int id = Number(frame.Payload.Span, 0);
        if (frame.Payload.Length < FixedBytes)
            throw new SpdyException("a frame that is shorter than what it must say");
        IReadOnlyDictionary<string, string> headers = _inflater.Inflate(frame.Payload.Span[FixedBytes..]);
        if (_streams.TryOpen(id))
        {
            // One that ends where it begins is two events.
            _openedEnded = frame.Ends ? id : 0;
            return new SpdyEvent(SpdyEventKind.Opened, id, Headers: headers);
        }
        await SendAsync(() => _writer.NumbersAsync(FrameType.RstStream, [(uint)id, (uint)RstStatus.RefusedStream], cancel));
        return null;
    }

    private static int Number(ReadOnlySpan<byte> payload, int at) => payload.Length >= at + 4
        ? (int)(BinaryPrimitives.ReadUInt32BigEndian(payload[at..]) & 0x7fffffff)
        : throw new SpdyException("a frame that is shorter than what it must say");
}
