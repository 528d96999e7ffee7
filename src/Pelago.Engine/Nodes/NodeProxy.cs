// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;

namespace Pelago.Engine.Nodes;

/// <summary>nodes/proxy: the node's own API, for who may use it.</summary>
internal sealed class NodeProxy(NodeLocator locator, NodeConnections connections) : IConnectHandler
{
    public Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        // NAME:PORT names a port of the machine upstream; here a node has one API.
        string name = request.Name.Split(':')[0];
        return connections.ForwardAsync(http, locator.Find(name), NodeConnections.Encoded(rest) + http.Request.QueryString, cancel);
    }
}
