// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Pelago.Node.Services.Routing;

namespace Pelago.Node.Services.Proxy;

/// <summary>
/// Passes datagrams on: each client (address and port) has a socket of its own towards one endpoint, so that answers find back. A client whose
/// endpoint is gone or refuses gets another one with its next datagram.
/// </summary>
internal sealed class UdpFrontend : IFrontendListener
{
    private const int MaxDatagram = 65535;

    /// <summary>A client that says nothing for so long, and hears nothing, is forgotten.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);
    private readonly Socket _listener;
    private volatile EndpointChoice _choice;
    private readonly ProxyContext _proxy;
    private readonly ConcurrentDictionary<IPEndPoint, UdpFlow> _flows = [];
    private readonly ITimer _sweep;
    private volatile bool _stopped;

    private UdpFrontend(Socket listener, EndpointChoice choice, ProxyContext proxy)
    {
        _listener = listener;
        _choice = choice;
        _proxy = proxy;
        _sweep = proxy.Time.CreateTimer(_ => Sweep(), null, Idle / 4, Idle / 4);
    }

    public static UdpFrontend Start(Socket listener, EndpointChoice choice, ProxyContext proxy)
    {
        var frontend = new UdpFrontend(listener, choice, proxy);
        _ = Task.Run(frontend.ReceiveAsync);
        return frontend;
    }

    /// <summary>Answers come from the listening socket itself, so there is nothing of a datagram service that could go on without it.</summary>
    public void StopListening()
    {
        _stopped = true;
        _sweep.Dispose();
        _listener.Dispose();
        foreach ((IPEndPoint client, UdpFlow flow) in _flows)
            Drop(client, flow);
    }

    public void Follow(EndpointChoice choice)
    {
        _choice = choice;
        foreach ((IPEndPoint client, UdpFlow flow) in _flows)
        {
            if (!choice.Contains(flow.Endpoint))
                Drop(client, flow);
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(MaxDatagram);
        var any = new IPEndPoint(IPAddress.Any, 0);
        while (!_stopped)
        {
            try
            {
                SocketReceiveFromResult received = await _listener.ReceiveFromAsync(buffer, SocketFlags.None, any);
                var client = (IPEndPoint)received.RemoteEndPoint;
                if (FlowOf(client) is { } flow)
                    await SendAsync(client, flow, buffer.AsMemory(0, received.ReceivedBytes));
            }
            catch (SocketException)
            {
                // An earlier answer could not be delivered to its client: nothing that concerns the next datagram.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task SendAsync(IPEndPoint client, UdpFlow flow, ReadOnlyMemory<byte> datagram)
    {
        try
        {
            await flow.SendAsync(datagram);
        }
        catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
        {
            _choice.Failed(flow.Endpoint);
            Drop(client, flow);
        }
    }

    private UdpFlow? FlowOf(IPEndPoint client)
    {
        if (_flows.TryGetValue(client, out UdpFlow? known))
            return known;
        if (_choice.Choose(client.Address, []) is not { } endpoint)
            return null;
        // All may go while room is made: when their endpoint goes.
        if (_flows.Count >= _proxy.MaxFlows && _flows.ToArray() is { Length: > 0 } flows)
        {
            (IPEndPoint silent, UdpFlow oldest) = flows.MinBy(pair => pair.Value.LastUsed);
            Drop(silent, oldest);
        }
        var flow = UdpFlow.Open(endpoint, _proxy.Time);
        _flows[client] = flow;
        _ = AnswerAsync(client, flow);
        if (_stopped)
            Drop(client, flow); // opened while the listener ended, which did not see it
        return flow;
    }

    private async Task AnswerAsync(IPEndPoint client, UdpFlow flow)
    {
        try
        {
            await flow.ReceiveAsync(answer => _listener.SendToAsync(answer, SocketFlags.None, client));
        }
        catch (ObjectDisposedException)
        {
            // Dropped meanwhile, or the listener is no more.
        }
        catch (SocketException)
        {
            _choice.Failed(flow.Endpoint);
        }
        Drop(client, flow);
    }

    private void Sweep()
    {
        long now = _proxy.Time.GetTimestamp();
        foreach ((IPEndPoint client, UdpFlow flow) in _flows)
        {
            if (_proxy.Time.GetElapsedTime(flow.LastUsed, now) > Idle)
                Drop(client, flow);
        }
    }

    private void Drop(IPEndPoint client, UdpFlow flow)
    {
        _flows.TryRemove(new KeyValuePair<IPEndPoint, UdpFlow>(client, flow));
        flow.Dispose();
    }
}
