// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>The channels of one exec or attach as SPDY streams, which the client opens and names by the header <c>streamtype</c>.</summary>
internal sealed class SpdyChannels(SpdyConnection connection) : IChannels
{
    private static readonly string[] Names = ["stdin", "stdout", "stderr", "error", "resize"];
    private static readonly byte[] StdinEnds = [ProcessStreams.Stdin];
    private readonly Dictionary<byte, int> _streams = [];

    /// <summary>Waits for every stream that the request announces, and answers each; false when the client has left or does something else.</summary>
    public async Task<bool> OpenAsync(StreamFlags wanted, StreamProtocol protocol, CancellationToken cancel)
    {
        HashSet<byte> missing = [.. Expected(wanted, protocol)];
        while (missing.Count > 0)
        {
            if (await connection.ReceiveAsync(cancel) is not { Kind: SpdyEventKind.Opened } opened)
                return false;
            int channel = Array.IndexOf(Names, opened.Headers!.GetValueOrDefault("streamtype"));
            if (channel >= 0 && missing.Remove((byte)channel))
            {
                _streams[(byte)channel] = opened.StreamId;
                await connection.TakeAsync(opened.StreamId, cancel);
            }
            else
            {
                await connection.RefuseAsync(opened.StreamId, RstStatus.RefusedStream, cancel);
            }
        }
        return true;
    }

    public async Task<ChannelData?> ReceiveAsync(CancellationToken cancel)
    {
        while (await connection.ReceiveAsync(cancel) is { } happened)
        {
            if (happened.Kind == SpdyEventKind.Opened)
            {
                await connection.RefuseAsync(happened.StreamId, RstStatus.RefusedStream, cancel);
                continue;
            }
            byte channel = _streams.FirstOrDefault(pair => pair.Value == happened.StreamId, new(ProcessStreams.Close, 0)).Key;
            if (happened.Kind == SpdyEventKind.Data)
                return new ChannelData(channel, happened.Data, happened.Starts);
            if (channel == ProcessStreams.Stdin)
                return new ChannelData(ProcessStreams.Close, StdinEnds, Starts: true);
        }
        return null;
    }

    public Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        _streams.TryGetValue(channel, out int stream) ? connection.WriteAsync(stream, data, cancel) : Task.CompletedTask;

    /// <summary>The outcome ends last: a client may leave as soon as it has it.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        foreach (byte channel in (byte[])[ProcessStreams.Stdin, ProcessStreams.Resize, ProcessStreams.Stdout, ProcessStreams.Stderr, ProcessStreams.Error])
        {
            if (_streams.TryGetValue(channel, out int stream))
                await connection.EndAsync(stream, cancel);
        }
    }

    private static IEnumerable<byte> Expected(StreamFlags wanted, StreamProtocol protocol)
    {
        yield return ProcessStreams.Error;
        if (wanted.Stdin)
            yield return ProcessStreams.Stdin;
        if (wanted.Stdout)
            yield return ProcessStreams.Stdout;
        if (wanted.Stderr)
            yield return ProcessStreams.Stderr;
        if (wanted.Terminal && protocol.HasResize)
            yield return ProcessStreams.Resize;
    }
}
