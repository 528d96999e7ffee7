// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Serving.Streams;

/// <summary>Numbered channels over one WebSocket. Many may send at a time; one receives.</summary>
internal sealed class ChannelSocket : IChannels, IDisposable
{
    private const int MaxPiece = IChannels.MaxPiece;
    private readonly WebSocket _socket;
    private readonly StreamProtocol _protocol;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _received = new byte[MaxPiece];
    private byte _channel;
    private bool _starts = true;

    private ChannelSocket(WebSocket socket, StreamProtocol protocol)
    {
        _socket = socket;
        _protocol = protocol;
    }

    public static async Task<ChannelSocket> AcceptAsync(HttpContext http, StreamProtocol protocol) =>
        new(await http.WebSockets.AcceptWebSocketAsync(protocol.Name.Length == 0 ? null : protocol.Name), protocol);

    public async Task<ChannelData?> ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            return _protocol.IsBase64 ? await ReceiveTextAsync(cancel) : await ReceiveBinaryAsync(cancel);
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        byte[] message = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(data.Length) + 1);
        await _sending.WaitAsync(cancel);
        try
        {
            int length = Encode(channel, data.Span, message);
            WebSocketMessageType type = _protocol.IsBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            await _socket.SendAsync(message.AsMemory(0, length), type, endOfMessage: true, cancel);
        }
        catch (WebSocketException)
        {
            // The client has left; its receiver learns of it.
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public async Task CloseAsync(CancellationToken cancel)
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancel);
        }
        catch (WebSocketException)
        {
            // The client was faster.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    private int Encode(byte channel, ReadOnlySpan<byte> data, Span<byte> message)
    {
        if (!_protocol.IsBase64)
        {
            message[0] = channel;
            data.CopyTo(message[1..]);
            return data.Length + 1;
        }
        message[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(data, message[1..], out _, out int written);
        return written + 1;
    }

    private async Task<ChannelData?> ReceiveBinaryAsync(CancellationToken cancel)
    {
        ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(_received.AsMemory(), cancel);
        if (part.MessageType == WebSocketMessageType.Close)
            return null;
        ReadOnlyMemory<byte> data = _received.AsMemory(0, part.Count);
        bool starts = _starts;
        if (starts && data.Length > 0)
        {
            _channel = data.Span[0];
            data = data[1..];
        }
        _starts = part.EndOfMessage;
        return new ChannelData(_channel, data, starts);
    }

    /// <summary>A text message is decoded whole: it is refused when it is longer than the buffer.</summary>
    private async Task<ChannelData?> ReceiveTextAsync(CancellationToken cancel)
    {
        int length = 0;
        while (true)
        {
            if (length == _received.Length)
                return null;
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(_received.AsMemory(length), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                break;
        }
        if (length == 0)
            return new ChannelData(0, default, Starts: true);
        OperationStatus status = Base64.DecodeFromUtf8InPlace(_received.AsSpan(1, length - 1), out int decoded);
        return status == OperationStatus.Done ? new ChannelData((byte)(_received[0] - '0'), _received.AsMemory(1, decoded), Starts: true) : null;
    }
}
