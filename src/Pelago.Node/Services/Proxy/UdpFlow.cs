// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Proxy;

/// <summary>One client's datagrams on their way to one endpoint and back.</summary>
internal sealed class UdpFlow : IDisposable
{
    private const int MaxDatagram = 65535;
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
            socket.Connect(endpoint); // no packet: it only names the peer
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
        await _socket.SendAsync(datagram, SocketFlags.None);
    }

    /// <summary>Hands on the endpoint's answers until the flow is disposed or refused, which is an exception.</summary>
    public async Task ReceiveAsync(Func<ReadOnlyMemory<byte>, ValueTask<int>> answer)
    {
        while (true)
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxDatagram);
            try
            {
                int read = await _socket.ReceiveAsync(buffer, SocketFlags.None);
                Touch();
                await answer(buffer.AsMemory(0, read));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Touch() => Interlocked.Exchange(ref _lastUsed, _time.GetTimestamp());
}
