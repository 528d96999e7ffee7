// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Endpoints that share their ports and address family: what fits into the same slices.</summary>
internal sealed record SliceContent(string AddressType, IReadOnlyList<Discoveryv1EndpointPort> Ports, IReadOnlyList<V1Endpoint> Endpoints)
{
    /// <summary>Tells slices of other contents apart.</summary>
    public string Key => KeyOf(AddressType, Ports);

    public static string KeyOf(string addressType, IEnumerable<Discoveryv1EndpointPort>? ports) =>
        addressType + "|" + string.Join(';', (ports ?? []).Select(port => $"{port.Name}/{port.Port}/{port.Protocol ?? "TCP"}/{port.AppProtocol}").Order(StringComparer.Ordinal));
}
