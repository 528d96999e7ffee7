// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>A port of the node that a container takes (<c>hostPort</c>), at one of the node's addresses (<c>hostIP</c>).</summary>
/// <param name="Address">Empty, 0.0.0.0 and :: mean all of the node's.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct HostPort(string Address, string Protocol, int Port)
{
    /// <summary>
    /// Whether the two cannot be on one node (kubernetes pkg/scheduler/framework HostPortInfo.CheckConflict, which takes :: for one address: a socket there
    /// has the port of IPv4, too).
    /// </summary>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (IsAny(Address) || IsAny(other.Address) || Address == other.Address);

    private static bool IsAny(string address) => address is "" or "0.0.0.0" or "::";
}
