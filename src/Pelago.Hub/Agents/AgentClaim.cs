// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Hub.Agents;

/// <summary>
/// What an agent may say of itself. The hub sends requests of users to where it says to be: only to the port of agents, and to an address of a node, not
/// to whatever else listens there or beside the hub.
/// </summary>
/// <param name="agentPort">The port of agents; null: any, also on this machine itself.</param>
internal sealed class AgentClaim(int? agentPort)
{
    private const int LongestVersion = 128;

    /// <summary>Why it is refused; null when it is not.</summary>
    public string? Objection(IPAddress address, long port, string version)
    {
        if (port is < 1 or > IPEndPoint.MaxPort)
            return "an agent registers with its port and its certificate";
        if (agentPort is { } only && port != only)
            return $"agents are at port {only}, not {port}";
        if (agentPort is not null && !IsOfNode(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
            return $"{address} is no address at which a node is reached";
        return version.Length > LongestVersion || version.Any(char.IsControl) ? $"a version has at most {LongestVersion} characters, and no control characters" : null;
    }

    private static bool IsOfNode(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6LinkLocal && !address.IsIPv6Multicast;
        byte[] bytes = address.GetAddressBytes();
        return bytes is not ([169, 254, ..] or [0, ..] or [>= 224, ..]);
    }
}
