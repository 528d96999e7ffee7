// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Resources;
using Pelago.Store;

namespace Pelago.Engine.Nodes;

/// <summary>What the API server has done by the nodes.</summary>
internal static class NodeHandlers
{
    public static void Add(HandlerTable handlers, IRevisionStore store, NodeConnections connections)
    {
        var locator = new NodeLocator(store);
        var streams = new PodStreams(locator, connections);
        foreach (string subresource in (string[])["log", "exec", "attach", "portforward"])
            handlers.Add($"pods/{subresource}", streams);
        var proxy = new PodProxy(store, locator, connections);
        handlers.Add("pods/proxy", proxy);
        handlers.Add("services/proxy", proxy);
        handlers.Add("nodes/proxy", new NodeProxy(locator, connections));
    }
}
