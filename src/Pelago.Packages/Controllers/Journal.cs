// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>Writes to the status of installations. Each cluster's part is written by itself, so that none waits for another.</summary>
internal sealed class Journal(IKubeApi api)
{
    private static readonly WriteQuery Write = new() { FieldManager = PackagesApi.FieldManager };

    /// <summary>A cluster's journal; null takes it out.</summary>
    public Task WriteAsync(Installation installation, string cluster, ClusterState? state, CancellationToken cancel) =>
        WriteAsync(installation, new JsonObject { ["clusters"] = new JsonObject { [cluster] = state?.ToJson() } }, cancel);

    /// <summary>Fields of the status. Throws an <see cref="ApiStatusException"/> when they were not written, also when another has taken the installation's place.</summary>
    public async Task WriteAsync(Installation installation, JsonObject status, CancellationToken cancel)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = installation.Object.Uid }, ["status"] = status };
        (await api.PatchAsync(installation.Path with { Subresource = "status" }, PatchType.Merge, KubeJson.ToUtf8(patch), Write, cancel)).BodyOrThrow();
    }

    /// <summary>The finalizers, unless the installation was changed meanwhile.</summary>
    public async Task WriteFinalizersAsync(Installation installation, IEnumerable<string> finalizers, CancellationToken cancel)
    {
        var metadata = new JsonObject
        {
            ["uid"] = installation.Object.Uid, ["resourceVersion"] = installation.Object.ResourceVersion,
            ["finalizers"] = new JsonArray([.. finalizers.Select(name => (JsonNode)name)]),
        };
        (await api.PatchAsync(installation.Path, PatchType.Merge, KubeJson.ToUtf8(new JsonObject { ["metadata"] = metadata }), Write, cancel)).BodyOrThrow();
    }
}
