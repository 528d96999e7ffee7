// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>A running exec or attach: channels over one WebSocket, the first byte of each message naming the channel.</summary>
public sealed class ExecSession : IAsyncDisposable
{
    private const byte Stdin = 0;
    private const byte Stdout = 1;
    private const byte Stderr = 2;
    private const byte Error = 3;
    private const byte Resize = 4;
    private const byte CloseChannel = 255;
    private const int Chunk = 32 << 10;
    private const int MaxStatusBytes = 1 << 20;
    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);

    internal ExecSession(ClientWebSocket socket) => _socket = socket;

    /// <summary>False on v4: the process never learns that stdin has ended.</summary>
    public bool CanCloseStdin => _socket.SubProtocol == PodStreams.V5;

    /// <summary>Tells the process that its terminal has another size; of no effect without one.</summary>
    public async Task ResizeAsync(int width, int height, CancellationToken cancel)
    {
        byte[] size = Encoding.UTF8.GetBytes($"{{\"Width\":{width},\"Height\":{height}}}");
        await SendAsync((byte[])[Resize, .. size], cancel);
    }

    /// <summary>
    /// Carries the streams until the process ends; a null stream is not carried. What is slow on this side slows the process: nothing is
    /// gathered in between. Returns how the process ended. Throws what reading <paramref name="stdin"/> throws: the process would wait for it for ever.
    /// </summary>
    public async Task<ExecOutcome> CopyAsync(Stream? stdin, Stream? stdout, Stream? stderr, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task feeding = stdin is null ? Task.CompletedTask : FeedAsync(stdin, ended.Token);
        Task<ExecOutcome> receiving = ReceiveAsync(stdout, stderr, ended.Token);
        try
        {
            if (await Task.WhenAny(receiving, feeding) == feeding && feeding.Exception is { InnerException: not WebSocketException })
                await feeding;
            return await receiving;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(feeding, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, brief.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task FeedAsync(Stream stdin, CancellationToken cancel)
    {
        byte[] buffer = new byte[Chunk + 1];
        buffer[0] = Stdin;
        int read;
        while ((read = await stdin.ReadAsync(buffer.AsMemory(1), cancel)) > 0)
            await SendAsync(buffer.AsMemory(0, read + 1), cancel);
        if (CanCloseStdin)
            await SendAsync(new byte[] { CloseChannel, Stdin }, cancel);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<ExecOutcome> ReceiveAsync(Stream? stdout, Stream? stderr, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        var status = new ArrayBufferWriter<byte>(256);
        try
        {
            byte channel = 0;
            bool starts = true;
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(0, Chunk), cancel);
                if (part.MessageType == WebSocketMessageType.Close)
                    return Outcome(status.WrittenMemory);
                ReadOnlyMemory<byte> data = buffer.AsMemory(0, part.Count);
                if (starts && data.Length > 0)
                {
                    channel = data.Span[0];
                    data = data[1..];
                }
                starts = part.EndOfMessage;
                await DeliverAsync(channel, data, stdout, stderr, status, cancel);
            }
        }
        catch (WebSocketException broken)
        {
            return status.WrittenCount > 0 ? Outcome(status.WrittenMemory) : Lost(broken.Message);
        }
        catch (OperationCanceledException aborted) when (!cancel.IsCancellationRequested)
        {
            // Pings that nobody answers end the connection so.
            return status.WrittenCount > 0 ? Outcome(status.WrittenMemory) : Lost(aborted.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask DeliverAsync(
        byte channel, ReadOnlyMemory<byte> data, Stream? stdout, Stream? stderr, ArrayBufferWriter<byte> status, CancellationToken cancel)
    {
        Stream? sink = channel switch { Stdout => stdout, Stderr => stderr, _ => null };
        if (sink is not null && data.Length > 0)
        {
            await sink.WriteAsync(data, cancel);
            await sink.FlushAsync(cancel);
        }
        else if (channel == Error && status.WrittenCount + data.Length <= MaxStatusBytes)
        {
            status.Write(data.Span);
        }
    }

    private static ExecOutcome Outcome(ReadOnlyMemory<byte> status)
    {
        if (status.IsEmpty)
            return Lost("the connection ended before the process did");
        try
        {
            return ExecOutcome.FromStatus(KubeJson.Parse(status));
        }
        catch (JsonException)
        {
            // Protocols before v4 send the error as text.
            return Lost(Encoding.UTF8.GetString(status.Span));
        }
    }

    private static ExecOutcome Lost(string why) => new(-1, ApiStatus.Internal(why));
}
