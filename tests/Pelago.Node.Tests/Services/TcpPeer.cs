// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pelago.Node.Tests.Services;

/// <summary>An endpoint that does with each connection what a test says.</summary>
internal sealed class TcpPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<Socket, Task> _serve;

    public TcpPeer(Func<Socket, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = (IPEndPoint)_listener.LocalEndPoint!;
        _ = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>Says its name and ends.</summary>
    public static TcpPeer Named(string name) => new(socket => SendAsync(socket, name));

    /// <summary>Reads to the end, then says how much that was.</summary>
    public static TcpPeer Counting() => new(async socket =>
    {
        byte[] buffer = new byte[4096];
        long count = 0;
        while (await socket.ReceiveAsync(buffer) is > 0 and { } read)
            count += read;
        await SendAsync(socket, $"{count}");
    });

    public static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text));

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Disposed by the test.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await _serve(socket);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side has ended it.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
