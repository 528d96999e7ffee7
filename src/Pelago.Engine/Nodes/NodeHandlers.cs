// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Authorization;
using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Nodes;

/// <summary>What the API server has done by the nodes.</summary>
internal static class NodeHandlers
{
    public static void Add(HandlerTable handlers, IRevisionStore store, NodeConnections connections, IAuthorizer authorizer, TimeProvider time)
    {
        var locator = new NodeLocator(store);
        var streams = new PodStreams(locator, connections);
        foreach (string subresource in (string[])["log", "exec", "attach", "portforward"])
            handlers.Add($"pods/{subresource}", streams);
        var tasks = new TaskStreams(locator, connections, authorizer);
        handlers.Add($"pods.{NodeApi.Group}/{TaskApi.Logs}", tasks);
        handlers.Add($"pods.{NodeApi.Group}/{TaskApi.Files}", tasks);
        var proxy = new PodProxy(store, locator, connections);
        handlers.Add("pods/proxy", proxy);
        handlers.Add("services/proxy", proxy);
        handlers.Add("nodes/proxy", new NodeProxy(locator, connections));
        handlers.Add("nodes.metrics.k8s.io", new UsageSource(locator, connections, ofPods: false, time));
        handlers.Add("pods.metrics.k8s.io", new UsageSource(locator, connections, ofPods: true, time));
    }
}
