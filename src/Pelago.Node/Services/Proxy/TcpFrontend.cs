// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using Pelago.Client;
using Pelago.Node.Services.Routing;

namespace Pelago.Node.Services.Proxy;

/// <summary>Accepts connections at one address and carries each to an endpoint. An endpoint that does not answer is passed over for another.</summary>
internal sealed class TcpFrontend : IFrontendListener
{
    private static readonly TimeSpan AfterFailedAccept = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a connection to an endpoint may take to be made while there are others to try, and for the last one.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastConnectTimeout = TimeSpan.FromSeconds(5);
    private readonly Socket _listener;
    private volatile EndpointChoice _choice;
    private readonly ProxyContext _proxy;
    private readonly CancellationTokenSource _stop = new();

    private TcpFrontend(Socket listener, EndpointChoice choice, ProxyContext proxy)
    {
        _listener = listener;
        _choice = choice;
        _proxy = proxy;
    }

    public static TcpFrontend Start(Socket listener, EndpointChoice choice, ProxyContext proxy)
    {
        var frontend = new TcpFrontend(listener, choice, proxy);
        _ = Task.Run(frontend.AcceptAsync);
        return frontend;
    }

    public void StopListening()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    /// <summary>A connection stays with its endpoint until either side ends it: that is how a rollout drains.</summary>
    public void Follow(EndpointChoice choice) => _choice = choice;

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket? client = null;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token);
                // Only one that is accepted waits here: while the proxy is full the rest wait in the backlog.
                await _proxy.Connections.TakeSlotAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (SocketException)
            {
                // Out of descriptors, or the client left while it waited: neither is a reason to stop accepting.
                client?.Dispose();
                await Task.Delay(AfterFailedAccept, _proxy.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                client?.Dispose();
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Socket? endpoint = null;
        _proxy.Connections.Add(client);
        try
        {
            client.NoDelay = true;
            // The connection to a side that vanished, and its place in the proxy, would stay for ever.
            TcpKeepAlive.SetOn(client);
            var address = (IPEndPoint)client.RemoteEndPoint!;
            endpoint = await ConnectAsync(address.Address);
            if (endpoint is null)
            {
                TcpRelay.Reset(client);
                return;
            }
            _proxy.Connections.Add(endpoint);
            await TcpRelay.RunAsync(client, endpoint);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            TcpRelay.Reset(client);
        }
        finally
        {
            _proxy.Connections.End(client);
            _proxy.Connections.End(endpoint);
            _proxy.Connections.ReturnSlot();
        }
    }

    /// <summary>Null when no endpoint answers.</summary>
    private async Task<Socket?> ConnectAsync(IPAddress client)
    {
        EndpointChoice choice = _choice;
        var tried = new List<IPEndPoint>();
        while (choice.Choose(client, tried) is { } endpoint)
        {
            tried.Add(endpoint);
            TimeSpan patience = tried.Count < choice.Count ? ConnectTimeout : LastConnectTimeout;
            if (await TryConnectAsync(endpoint, patience) is { } connected)
                return connected;
            choice.Failed(endpoint);
        }
        return null;
    }

    private async Task<Socket?> TryConnectAsync(IPEndPoint endpoint, TimeSpan patience)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            TcpKeepAlive.SetOn(socket);
            using var timeout = new CancellationTokenSource(patience, _proxy.Time);
            await socket.ConnectAsync(endpoint, timeout.Token);
            return socket;
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }
}
