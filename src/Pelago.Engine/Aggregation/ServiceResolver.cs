// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Aggregation;

/// <summary>Where a Service can be reached now, or why not in the words of the Available condition.</summary>
internal readonly record struct ServiceAddresses(IReadOnlyList<EndPoint> Ready, string Reason, string Message)
{
    public static ServiceAddresses At(IReadOnlyList<EndPoint> ready) => new(ready, "", "");

    public static ServiceAddresses Nowhere(string reason, string message) => new([], reason, message);
}

/// <summary>Finds the ready endpoints of a Service in the store, without the service proxy of a node between.</summary>
internal sealed class ServiceResolver(IRevisionStore store)
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";
    private readonly IResourceStore _services = store.Resource("services");
    private readonly IResourceStore _slices = store.Resource("endpointslices.discovery.k8s.io");

    public ServiceAddresses Resolve(RemoteService wanted)
    {
        string title = $"service/{wanted.Name} in {GoText.Quote(wanted.Namespace)}";
        if (_services.Current.Get(new ObjectKey(wanted.Namespace, wanted.Name)) is not { } stored)
            return ServiceAddresses.Nowhere("ServiceNotFound", $"{title} is not present");
        JsonObject spec = KubeObject.Parse(stored.Json).Spec ?? [];
        if (spec.String("type") == "ExternalName")
            return ServiceAddresses.At([new DnsEndPoint(spec.String("externalName") ?? "", wanted.Port)]);
        JsonObject? port = (spec.Array("ports") ?? []).OfType<JsonObject>().FirstOrDefault(item => item.Integer("port") == wanted.Port);
        if (port is null)
            return ServiceAddresses.Nowhere("ServicePortError", $"{title} is not listening on port {wanted.Port}");
        return FromSlices(wanted, port.String("name") ?? "", title);
    }

    private ServiceAddresses FromSlices(RemoteService wanted, string portName, string title)
    {
        bool any = false;
        var ready = new List<EndPoint>();
        foreach (StoredObject stored in _slices.Current.Scan(wanted.Namespace))
        {
            var slice = KubeObject.Parse(stored.Json);
            if (slice.Labels?.String(ServiceNameLabel) != wanted.Name)
                continue;
            any = true;
            JsonObject? port = (slice.Json.Array("ports") ?? []).OfType<JsonObject>().FirstOrDefault(item => (item.String("name") ?? "") == portName);
            if (port?.Integer("port") is { } number)
                ready.AddRange(Addresses(slice).Select(address => new IPEndPoint(address, (int)number)));
        }

        if (!any)
            return ServiceAddresses.Nowhere("EndpointsNotFound", $"cannot find endpointslices for {title}");
        return ready.Count > 0
            ? ServiceAddresses.At(ready)
            : ServiceAddresses.Nowhere("MissingEndpoints", $"endpointslices for {title} have no addresses with port name {GoText.Quote(portName)}");
    }

    private static IEnumerable<IPAddress> Addresses(KubeObject slice)
    {
        foreach (JsonObject endpoint in (slice.Json.Array("endpoints") ?? []).OfType<JsonObject>())
        {
            // an endpoint that does not say whether it is ready is
            if (endpoint.Object("conditions")?.Boolean("ready") == false)
                continue;
            foreach (JsonNode? address in endpoint.Array("addresses") ?? [])
            {
                if (IPAddress.TryParse(address?.ToString(), out IPAddress? parsed))
                    yield return parsed;
            }
        }
    }
}
