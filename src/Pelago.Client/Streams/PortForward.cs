// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Net.WebSockets;
using System.Text;

namespace Pelago.Client;

/// <summary>One connection to one port of a pod: channel 0 carries data, channel 1 the reason when it fails; each opens with the port's number.</summary>
public sealed class PortForward : IAsyncDisposable
{
    private const byte Data = 0;
    private const byte Error = 1;
    private const int Chunk = 32 << 10;
    private readonly ClientWebSocket _socket;

    internal PortForward(ClientWebSocket socket) => _socket = socket;

    /// <summary>Carries bytes both ways until either side ends. Null when it ended well, else what the node said.</summary>
    public async Task<string?> CopyAsync(Stream local, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task sending = SendAsync(local, ended.Token);
        try
        {
            return await ReceiveAsync(local, cancel);
        }
        catch (WebSocketException broken)
        {
            return broken.Message;
        }
        finally
        {
            await ended.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(Stream local, CancellationToken cancel)
    {
        byte[] buffer = new byte[Chunk + 1];
        buffer[0] = Data;
        int read;
        while ((read = await local.ReadAsync(buffer.AsMemory(1), cancel)) > 0)
            await _socket.SendAsync(buffer.AsMemory(0, read + 1), WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, cancel);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
    }

    private async Task<string?> ReceiveAsync(Stream local, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        var error = new StringBuilder();
        int[] skip = [2, 2];
        try
        {
            byte channel = 0;
            bool starts = true;
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(0, Chunk), cancel);
                if (part.MessageType == WebSocketMessageType.Close)
                    return error.Length == 0 ? null : error.ToString();
                ReadOnlyMemory<byte> data = buffer.AsMemory(0, part.Count);
                if (starts && data.Length > 0)
                {
                    channel = data.Span[0];
                    data = data[1..];
                }
                starts = part.EndOfMessage;
                if (channel > Error)
                    continue;
                int header = Math.Min(skip[channel], data.Length);
                skip[channel] -= header;
                data = data[header..];
                if (channel == Data)
                    await local.WriteAsync(data, cancel);
                else if (error.Length < Chunk)
                    error.Append(Encoding.UTF8.GetString(data.Span));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
