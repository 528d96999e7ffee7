// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Nodes;

/// <summary>Where a node's API is.</summary>
internal readonly record struct NodeEndpoint(string Node, IPEndPoint Address)
{
    public Uri Url(string pathAndQuery) => new($"https://{Address}{pathAndQuery}");
}

/// <summary>Finds nodes, and the nodes of pods, in the store. A refusal is an <see cref="ApiStatusException"/>.</summary>
internal sealed class NodeLocator(IRevisionStore store)
{
    private readonly IResourceStore _nodes = store.Resource("nodes");
    private readonly IResourceStore _pods = store.Resource("pods");

    public IEnumerable<KubeObject> Nodes => _nodes.Current.Scan("").Select(stored => KubeObject.Parse(stored.Json));

    public KubeObject Pod(string ns, string name) => _pods.Current.Get(new ObjectKey(ns, name)) is { } stored
        ? KubeObject.Parse(stored.Json)
        : throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("", "pods"), name));

    /// <summary>The node that the pod is bound to; null while it is bound to none.</summary>
    public NodeEndpoint? OfPod(KubeObject pod) => pod.Spec?.String("nodeName") is { Length: > 0 } node ? Find(node) : null;

    public NodeEndpoint Find(string name)
    {
        if (_nodes.Current.Get(new ObjectKey("", name)) is not { } stored)
            throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("", "nodes"), name));
        return Of(KubeObject.Parse(stored.Json))
            ?? throw new ApiStatusException(ApiStatus.Unavailable($"node {name} says no address and port of an API of its own in its status"));
    }

    /// <summary>Null when the node's status says no address or no port.</summary>
    public static NodeEndpoint? Of(KubeObject node)
    {
        long port = node.Status?.Object("daemonEndpoints")?.Object("kubeletEndpoint")?.Integer("Port") ?? 0;
        string? address = (node.Status?.Array("addresses") ?? []).OfType<JsonObject>()
            .FirstOrDefault(item => item.String("type") == "InternalIP")?.String("address");
        return port is > 0 and <= ushort.MaxValue && IPAddress.TryParse(address, out IPAddress? ip)
            ? new NodeEndpoint(node.Name, new IPEndPoint(ip, (int)port))
            : null;
    }

    /// <summary>A query of escaped pairs, with its question mark; pairs without a value are left out, an empty value is one.</summary>
    public static string Query(IEnumerable<(string Name, string? Value)> pairs)
    {
        string joined = string.Join('&', pairs.Where(pair => pair.Value is not null)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}")));
        return joined.Length == 0 ? "" : "?" + joined;
    }
}
