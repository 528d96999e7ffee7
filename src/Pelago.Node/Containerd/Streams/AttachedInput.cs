// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.WebSockets;

namespace Pelago.Node.Containerd.Streams;

/// <summary>The input of an attached container, on a WebSocket of its own, whose end is the end of input.</summary>
internal sealed class AttachedInput : WriteOnlyStream
{
    private const byte Channel = 0;
    private const int MostOfMessage = 32 * 1024;
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);
    private readonly ClientWebSocket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _draining;
    private int _ended;

    public AttachedInput(ClientWebSocket socket)
    {
        _socket = socket;
        _draining = DrainAsync();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        byte[] message = new byte[Math.Min(buffer.Length, MostOfMessage) + 1];
        message[0] = Channel;
        while (!buffer.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = buffer[..Math.Min(buffer.Length, MostOfMessage)];
            piece.CopyTo(message.AsMemory(1));
            await SendAsync(message.AsMemory(0, piece.Length + 1), cancellationToken);
            buffer = buffer[piece.Length..];
        }
    }

    protected override async ValueTask EndAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            _stop.CancelAfter(ClosePatience);
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            await _stop.CancelAsync();
        }
        await _draining;
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>To the server's own close: a connection that is let go of with something unread in it takes along what was sent last.</summary>
    private async Task DrainAsync()
    {
        byte[] buffer = new byte[256];
        try
        {
            while ((await _socket.ReceiveAsync(buffer.AsMemory(), _stop.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // The container has ended.
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException)
        {
            throw new IOException("the container reads no input any more", fault);
        }
    }
}
