// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Services.Proxy;

/// <summary>What the listeners of a proxy share. <paramref name="MaxFlows"/> bounds the clients of one UDP listener.</summary>
internal sealed record ProxyContext(ProxyConnections Connections, int MaxFlows, TimeProvider Time);
