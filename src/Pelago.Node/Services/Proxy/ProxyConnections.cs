// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Pelago.Node.Services.Proxy;

/// <summary>The TCP connections of one cluster's proxy: bounded, and known so that they can be ended, even when their service is long gone.</summary>
internal sealed class ProxyConnections(int most) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(most);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];

    /// <summary>Completes when there is room for one more; further ones wait in the kernel's backlog.</summary>
    public Task TakeSlotAsync(CancellationToken cancel) => _slots.WaitAsync(cancel);

    public void ReturnSlot() => _slots.Release();

    public void Add(Socket socket) => _sockets[socket] = true;

    public void End(Socket? socket)
    {
        if (socket is null)
            return;
        _sockets.TryRemove(socket, out _);
        socket.Dispose();
    }

    public void ResetAll()
    {
        foreach (Socket socket in _sockets.Keys)
            TcpRelay.Reset(socket);
    }

    public void Dispose() => ResetAll();
}
