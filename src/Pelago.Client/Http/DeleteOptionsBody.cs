// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client.Http;

/// <summary>The DeleteOptions document of a delete; null when it would say nothing.</summary>
internal static class DeleteOptionsBody
{
    public static byte[]? Of(DeleteQuery query)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1" };
        int bare = options.Count;
        if (query.GracePeriodSeconds is { } grace)
            options["gracePeriodSeconds"] = grace;
        if (query.PropagationPolicy is { } policy)
            options["propagationPolicy"] = policy;
        if (Preconditions(query) is { Count: > 0 } preconditions)
            options["preconditions"] = preconditions;
        if (query.DryRun)
            options["dryRun"] = new JsonArray("All");
        return options.Count == bare ? null : KubeJson.ToUtf8(options);
    }

    private static JsonObject Preconditions(DeleteQuery query)
    {
        var preconditions = new JsonObject();
        if (query.Uid is not null)
            preconditions["uid"] = query.Uid;
        if (query.ResourceVersion is not null)
            preconditions["resourceVersion"] = query.ResourceVersion;
        return preconditions;
    }
}
