// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Net.Sockets;

namespace Pelago.Node.Services.Proxy;

/// <summary>
/// Carries bytes between two connections, each direction on its own: the end of one side's sending is passed on and the other direction stays open.
/// Nothing is read ahead of what the receiver takes, so a slow reader slows its writer.
/// </summary>
internal static class TcpRelay
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Returns when both directions have ended; a broken connection breaks the other one as well. Disposing either socket ends it.</summary>
    public static async Task RunAsync(Socket client, Socket endpoint)
    {
        await Task.WhenAll(PumpOrBreakAsync(client, endpoint), PumpOrBreakAsync(endpoint, client));
    }

    /// <summary>Ends a connection so that its peer sees a reset, not an orderly end.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
        socket.Dispose();
    }

    private static async Task PumpOrBreakAsync(Socket from, Socket to)
    {
        try
        {
            await PumpAsync(from, to);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        while (true)
        {
            // Waits without holding a buffer: thousands of idle connections cost little.
            await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                int read = await from.ReceiveAsync(buffer, SocketFlags.None);
                if (read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }
                for (int sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), SocketFlags.None);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
