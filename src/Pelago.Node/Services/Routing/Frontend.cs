// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Routing;

/// <summary>An address that clients of a service connect to. A node port is on the host; other addresses are in the cluster's service network.</summary>
internal sealed record Frontend(IPEndPoint Address, ProtocolType Protocol, bool IsNodePort)
{
    public override string ToString() => $"{Address}/{(Protocol == ProtocolType.Udp ? "UDP" : "TCP")}";
}
