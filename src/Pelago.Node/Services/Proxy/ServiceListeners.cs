// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Sockets;
using Pelago.Node.Services.Listening;
using Pelago.Node.Services.Routing;

namespace Pelago.Node.Services.Proxy;

/// <summary>The listeners of one service, made equal to its routes. Called for one change at a time.</summary>
internal sealed class ServiceListeners(IServiceNetwork addresses, IServiceNetwork nodePorts, ProxyContext proxy)
{
    private readonly Dictionary<(string PortName, ProtocolType Protocol), EndpointChoice> _choices = [];
    private readonly Dictionary<Frontend, IFrontendListener> _listeners = [];

    public bool IsEmpty => _listeners.Count == 0 && _choices.Count == 0;

    /// <summary>What could not be listened on, with the reason. A port without endpoints is closed, so that clients are refused as by kube-proxy.</summary>
    public async Task<IReadOnlyList<(Frontend Frontend, string Reason)>> UpdateAsync(IReadOnlyList<ServicePortRoute> routes)
    {
        var wanted = new Dictionary<Frontend, EndpointChoice>();
        var names = new HashSet<(string, ProtocolType)>();
        foreach (ServicePortRoute route in routes)
        {
            (string, ProtocolType) name = (route.PortName, route.Frontends[0].Protocol);
            names.Add(name);
            if (!_choices.TryGetValue(name, out EndpointChoice? choice))
                _choices[name] = choice = new EndpointChoice(proxy.Time);
            choice.Update(route.Backends, route.Affinity);
            foreach (Frontend frontend in route.Backends.Count > 0 ? route.Frontends : [])
                wanted[frontend] = choice;
        }
        foreach ((string, ProtocolType) gone in _choices.Keys.Where(name => !names.Contains(name)).ToList())
            _choices.Remove(gone);
        foreach ((Frontend frontend, IFrontendListener listener) in _listeners.ToList())
        {
            if (wanted.TryGetValue(frontend, out EndpointChoice? choice))
            {
                listener.Follow(choice);
                continue;
            }
            listener.StopListening();
            _listeners.Remove(frontend);
        }
        return await OpenAsync(wanted);
    }

    public void StopListening()
    {
        foreach (IFrontendListener listener in _listeners.Values)
            listener.StopListening();
        _listeners.Clear();
    }

    private async Task<IReadOnlyList<(Frontend Frontend, string Reason)>> OpenAsync(Dictionary<Frontend, EndpointChoice> wanted)
    {
        var failed = new List<(Frontend, string)>();
        foreach ((Frontend frontend, EndpointChoice choice) in wanted.Where(pair => !_listeners.ContainsKey(pair.Key)))
        {
            try
            {
                Socket socket = await (frontend.IsNodePort ? nodePorts : addresses).BindAsync(frontend.Protocol, frontend.Address);
                _listeners[frontend] = frontend.Protocol == ProtocolType.Udp ? UdpFrontend.Start(socket, choice, proxy) : TcpFrontend.Start(socket, choice, proxy);
            }
            catch (Exception refused) when (refused is SocketException or IOException)
            {
                failed.Add((frontend, ReasonOf(refused)));
            }
        }
        return failed;
    }

    private static string ReasonOf(Exception refused) => refused is SocketException { SocketErrorCode: SocketError.AccessDenied }
        ? "ports below 1024 need root, or a lower sysctl net.ipv4.ip_unprivileged_port_start; 'pelago doctor' says more"
        : refused.Message;
}
