// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Proxy;

/// <summary>
/// One client's datagrams on their way to one endpoint and back. A server that listens on all addresses answers an address of the loopback network from
/// 127.0.0.1, whichever it was asked at: of those the port says who answers.
/// </summary>
internal sealed class UdpFlow : IDisposable
{
    private const int MaxDatagram = 65535;
    private const int IpLevel = 0, ReceiveErrors = 11;
    private static readonly IPEndPoint Anybody = new(IPAddress.Any, 0);
    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private long _lastUsed;

    private UdpFlow(Socket socket, IPEndPoint endpoint, TimeProvider time)
    {
        _socket = socket;
        Endpoint = endpoint;
        _time = time;
        _lastUsed = time.GetTimestamp();
    }

    public IPEndPoint Endpoint { get; }

    public long LastUsed => Interlocked.Read(ref _lastUsed);

    public static UdpFlow Open(IPEndPoint endpoint, TimeProvider time)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (IPAddress.IsLoopback(endpoint.Address))
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                socket.SetRawSocketOption(IpLevel, ReceiveErrors, [1, 0, 0, 0]); // without it nobody hears that the endpoint refuses
            }
            else
            {
                socket.Connect(endpoint); // no packet: it only names the peer
            }
            return new UdpFlow(socket, endpoint, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> datagram)
    {
        Touch();
        if (IPAddress.IsLoopback(Endpoint.Address))
            await _socket.SendToAsync(datagram, SocketFlags.None, Endpoint);
        else
            await _socket.SendAsync(datagram, SocketFlags.None);
    }

    /// <summary>Hands on the endpoint's answers until the flow is disposed or refused, which is an exception.</summary>
    public async Task ReceiveAsync(Func<ReadOnlyMemory<byte>, ValueTask<int>> answer)
    {
        while (true)
        {
            await _socket.ReceiveFromAsync(Memory<byte>.Empty, SocketFlags.Peek, Anybody);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxDatagram);
            try
            {
                SocketReceiveFromResult came = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, Anybody);
                if (!IsOfEndpoint((IPEndPoint)came.RemoteEndPoint))
                    continue;
                Touch();
                await answer(buffer.AsMemory(0, came.ReceivedBytes));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool IsOfEndpoint(IPEndPoint sender) =>
        sender.Port == Endpoint.Port && (sender.Address.Equals(Endpoint.Address) || (IPAddress.IsLoopback(sender.Address) && IPAddress.IsLoopback(Endpoint.Address)));

    private void Touch() => Interlocked.Exchange(ref _lastUsed, _time.GetTimestamp());
}
