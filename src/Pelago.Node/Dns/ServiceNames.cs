// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Pelago.Node.Dns.Messages;

namespace Pelago.Node.Dns;

/// <summary>The records below the name of one service that is no ExternalName.</summary>
internal sealed class ServiceNames(V1Service service, IReadOnlyList<V1EndpointSlice> slices, DnsName own, uint ttl)
{
    private readonly bool _isHeadless = service.Spec.ClusterIP == "None";

    /// <summary>True when the name stays known while nothing answers: a cluster IP does; a headless service without ready pods does not.</summary>
    public bool IsKnown => !_isHeadless;

    /// <summary>The cluster IP, or one address for each ready pod of a headless service, in random order.</summary>
    public IReadOnlyList<AddressRecord> Addresses(DnsName name)
    {
        IEnumerable<string> texts = _isHeadless ? Ready().Select(endpoint => endpoint.Address) : [service.Spec.ClusterIP ?? ""];
        AddressRecord[] records = [.. Records(name, texts)];
        Random.Shared.Shuffle(records);
        return records;
    }

    /// <summary>One pod of the service, by its hostname or its address with dashes.</summary>
    public IReadOnlyList<AddressRecord> EndpointAddresses(DnsName name, string host) =>
        [.. Records(name, Ready().Where(endpoint => endpoint.Host.Equals(host, StringComparison.OrdinalIgnoreCase)).Select(endpoint => endpoint.Address))];

    /// <summary>SRV records of one port, or of all, with the addresses of their targets.</summary>
    public (List<ServiceRecord> Ports, List<DnsRecord> Addresses) Ports(DnsName name, string? port, string? protocol)
    {
        var ports = new List<ServiceRecord>();
        var addresses = new List<DnsRecord>();
        foreach ((string portName, string portProtocol, int number, string host, string address) in _isHeadless ? PodPorts() : OwnPorts())
        {
            if ((port is not null && !Same(port, portName)) || (protocol is not null && !Same(protocol, portProtocol)))
                continue;
            DnsName target = host.Length == 0 ? own : own.Prepend(host);
            ports.Add(new ServiceRecord(name, ttl, Priority: 0, Weight: 100, (ushort)number, target));
            addresses.AddRange(Records(target, [address]));
        }
        return (ports, [.. addresses.Distinct()]);
    }

    public static string HostOf(V1Endpoint endpoint, string address) =>
        string.IsNullOrEmpty(endpoint.Hostname) ? address.Replace('.', '-').Replace(':', '-') : endpoint.Hostname;

    private IEnumerable<(string Host, string Address)> Ready() => ReadyIn(slices).Distinct();

    private static IEnumerable<(string Host, string Address)> ReadyIn(IEnumerable<V1EndpointSlice> slices) =>
        slices.SelectMany(slice => slice.Endpoints ?? []).Where(endpoint => endpoint.Conditions?.Ready != false)
            .SelectMany(endpoint => endpoint.Addresses.Select(address => (HostOf(endpoint, address), address)));

    private IEnumerable<(string Name, string Protocol, int Number, string Host, string Address)> OwnPorts() =>
        (service.Spec.Ports ?? []).Select(port => (port.Name ?? "", port.Protocol ?? "TCP", port.Port, "", service.Spec.ClusterIP ?? ""));

    private IEnumerable<(string Name, string Protocol, int Number, string Host, string Address)> PodPorts() => slices.SelectMany(slice =>
        (slice.Ports ?? []).Where(port => port.Port is not null).SelectMany(port => ReadyIn([slice]).Select(
            endpoint => (port.Name ?? "", port.Protocol ?? "TCP", port.Port!.Value, endpoint.Host, endpoint.Address)))).Distinct();

    private IEnumerable<AddressRecord> Records(DnsName name, IEnumerable<string> addresses)
    {
        foreach (string text in addresses)
        {
            if (IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                yield return new AddressRecord(name, ttl, address);
        }
    }

    private static bool Same(string label, string word) => label.Equals(word, StringComparison.OrdinalIgnoreCase);
}
