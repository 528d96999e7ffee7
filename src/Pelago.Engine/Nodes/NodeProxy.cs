// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;

namespace Pelago.Engine.Nodes;

/// <summary>nodes/proxy: the node's own API, for who may use it.</summary>
internal sealed class NodeProxy(NodeLocator locator, NodeConnections connections) : IConnectHandler
{
    public Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        // What is uploaded may come from a program that thinks for a while (docker save into pelago image import -).
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;

        // NAME:PORT names a port of the machine upstream; here a node has one API.
        string name = request.Name.Split(':')[0];
        return connections.ForwardAsync(http, locator.Find(name), ProxiedPath.Of(http, rest) + http.Request.QueryString, cancel);
    }
}
