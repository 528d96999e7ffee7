// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Demo;

/// <summary>Something that the demo puts on a cluster: a document, and how to tell from the live object that it is where it should be.</summary>
internal sealed record DemoWorkload(GroupVersionResource Resource, string Name, JsonObject Document, Func<JsonObject, DemoState> Judge)
{
    public const string Namespace = "demo";

    /// <summary>As kubectl takes it: <c>deployment/hello</c>.</summary>
    public string Title => $"{Resource.Resource.TrimEnd('s')}/{Name}";

    public ResourcePath Path => new(Resource, Resource.Resource == "namespaces" ? "" : Namespace, Name);
}

/// <summary>Where a workload is; <paramref name="Says"/> is for people.</summary>
internal readonly record struct DemoState(bool Settled, string Says);
