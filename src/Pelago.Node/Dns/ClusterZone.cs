// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Dns.Messages;
using Pelago.Node.Services;

namespace Pelago.Node.Dns;

/// <summary>
/// The names of a cluster (Kubernetes DNS-based service discovery 1.1.0): services, the pods of headless ones, ports, pods by address, and the
/// names of service and pod addresses. Reads the caches as they are; keeps nothing.
/// </summary>
internal sealed class ClusterZone(ClusterServices cluster, string domain, IReadOnlyList<Cidr4> networks)
{
    public const uint Ttl = 5;
    private static readonly DnsName ReverseZone = DnsName.Of("in-addr.arpa");
    private readonly DnsName _zone = DnsName.Of(domain);

    /// <summary>Null when the name is not the cluster's.</summary>
    public ZoneAnswer? Answer(DnsName name, DnsType type)
    {
        if (name.IsUnder(_zone))
            return AnswerIn(name, type);
        return name.IsUnder(ReverseZone) && ReverseAddress(name) is { } address && networks.Any(network => network.Contains(address)) ? Reverse(name, type, address) : null;
    }

    public static AuthorityRecord Authority(DnsName zone) =>
        new(zone, Ttl, zone.Prepend("ns", "dns"), zone.Prepend("hostmaster"), Serial: 1, Refresh: 7200, Retry: 1800, Expire: 86400, NegativeTtl: Ttl);

    private ZoneAnswer AnswerIn(DnsName name, DnsType type)
    {
        IReadOnlyList<string> above = name.Above(_zone);
        return above switch
        {
            [] => Found(Matching(type, Authority(_zone))),
            [var version] when Same(version, "dns-version") => Found(Matching(type, new TextRecord(name, Ttl, "1.1.0"))),
            [.., var kind] when Same(kind, "svc") => Service(name, type, [.. above.SkipLast(1)]),
            [.., var kind] when Same(kind, "pod") => Pod(name, type, [.. above.SkipLast(1)]),
            _ => NoSuchName(),
        };
    }

    /// <summary>A-B-C-D.NAMESPACE.pod: whether there is such a pod is not looked up, as in CoreDNS's default.</summary>
    private ZoneAnswer Pod(DnsName name, DnsType type, string[] above) => above switch
    {
        [] => Found([]),
        [_] => Found([]),
        [var dashed, _] when IPAddress.TryParse(dashed.Replace('-', '.'), out IPAddress? address) && dashed.Count(c => c == '-') == 3 =>
            Found(Matching(type, new AddressRecord(name, Ttl, address))),
        _ => NoSuchName(),
    };

    private ZoneAnswer Service(DnsName name, DnsType type, string[] above)
    {
        if (above is [] || (above is [var only] && cluster.IsNamespace(Lower(only))))
            return Found([]);
        if (above.Length < 2)
            return NoSuchName();
        var key = new ObjectKey(Lower(above[^1]), Lower(above[^2]));
        if (cluster.Services.Cache.Get(key) is not { } service)
            return NoSuchName();
        if (service.Spec.Type == "ExternalName")
            return above.Length == 2 ? External(name, type, service) : NoSuchName();
        var names = new ServiceNames(service, cluster.SlicesOf(key), Full(key.Name, key.Namespace), Ttl);
        return above switch
        {
            [_, _] => type == DnsType.Srv ? Ports(names.Ports(name, null, null)) : Known(names.Addresses(name), type, names.IsKnown),
            [var host, _, _] => Known(names.EndpointAddresses(name, host), type, isKnown: false),
            [['_', .. var port], ['_', .. var protocol], _, _] => Port(names.Ports(name, port, protocol), type),
            _ => NoSuchName(),
        };
    }

    private ZoneAnswer External(DnsName name, DnsType type, V1Service service)
    {
        DnsName target = DnsName.Of(service.Spec.ExternalName ?? "");
        if (!target.IsValid || target.Labels.Count == 0)
            return NoSuchName();
        var alias = new NameRecord(name, Ttl, DnsType.Cname, target);
        if (type == DnsType.Cname)
            return Found([alias]);
        return new ZoneAnswer(DnsCode.NoError, [alias], [], _zone, Elsewhere: target);
    }

    private ZoneAnswer Known(IReadOnlyList<AddressRecord> addresses, DnsType type, bool isKnown)
    {
        if (addresses.Count == 0)
            return isKnown ? Found([]) : NoSuchName();
        return Found([.. addresses.Where(record => type == record.Type || type == DnsType.Any)]);
    }

    private ZoneAnswer Port((List<ServiceRecord> Ports, List<DnsRecord> Addresses) found, DnsType type)
    {
        if (found.Ports.Count == 0)
            return NoSuchName();
        return type is DnsType.Srv or DnsType.Any ? Ports(found) : Found([]);
    }

    private ZoneAnswer Ports((List<ServiceRecord> Ports, List<DnsRecord> Addresses) found) => new(DnsCode.NoError, found.Ports, found.Addresses, _zone);

    private ZoneAnswer Reverse(DnsName name, DnsType type, IPAddress address)
    {
        DnsName zone = ReverseZone;
        List<DnsRecord> names = [.. NamesOf(address.ToString()).Distinct().Select(target => new NameRecord(name, Ttl, DnsType.Ptr, target))];
        return names.Count == 0
            ? new ZoneAnswer(DnsCode.NoSuchName, [], [], zone)
            : new ZoneAnswer(DnsCode.NoError, type is DnsType.Ptr or DnsType.Any ? names : [], [], zone);
    }

    private IEnumerable<DnsName> NamesOf(string address)
    {
        if (cluster.WithAddress(address) is { } service)
        {
            yield return Full(service.Metadata.Name, service.Metadata.NamespaceProperty);
            yield break;
        }
        foreach (V1EndpointSlice slice in cluster.SlicesWith(address))
        {
            if (ClusterServices.ServiceOf(slice) is not { } key)
                continue;
            foreach (V1Endpoint endpoint in slice.Endpoints.Where(endpoint => endpoint.Addresses.Contains(address)))
                yield return Full(key.Name, key.Namespace).Prepend(ServiceNames.HostOf(endpoint, address));
        }
    }

    private DnsName Full(string service, string ns) => new([service, ns, "svc", .. _zone.Labels]);

    private static IPAddress? ReverseAddress(DnsName name)
    {
        IReadOnlyList<string> octets = name.Above(ReverseZone);
        return octets.Count == 4 && IPAddress.TryParse(string.Join('.', octets.Reverse()), out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetwork ? address : null;
    }

    private static IReadOnlyList<DnsRecord> Matching(DnsType type, DnsRecord record) => type == record.Type || type == DnsType.Any ? [record] : [];

    private ZoneAnswer Found(IReadOnlyList<DnsRecord> records) => new(DnsCode.NoError, records, [], _zone);

    private ZoneAnswer NoSuchName() => new(DnsCode.NoSuchName, [], [], _zone);

    private static bool Same(string label, string word) => label.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static string Lower(string label) => label.ToLowerInvariant();
}
