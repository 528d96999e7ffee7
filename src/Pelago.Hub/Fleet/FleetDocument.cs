// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Page.Access;

namespace Pelago.Hub.Fleet;

/// <summary>The fleet as a session may see it: GET /api/clusters, and frames of streams.</summary>
internal static class FleetDocument
{
    public static JsonArray Items(PageSession session) => new([.. session.Members.Select(member => Item(member, session.Kind == SessionKind.Owner))]);

    /// <summary>Of workloads only the owner hears: they were counted in all namespaces.</summary>
    private static JsonNode Item(FleetMember member, bool isOwner)
    {
        ApiHealth api = member.Health.Api;
        WorkloadHealth workloads = isOwner ? member.Health.Workloads : new WorkloadHealth("unknown", "", null);
        return new JsonObject
        {
            ["name"] = member.Name, ["server"] = member.Connection.Server.ToString().TrimEnd('/'), ["source"] = member.Source.ToString().ToLowerInvariant(),
            ["api"] = new JsonObject { ["state"] = api.State, ["message"] = api.Message, ["since"] = Text(api.Since), ["millis"] = api.Millis, ["version"] = api.Version },
            ["workloads"] = new JsonObject { ["state"] = workloads.State, ["message"] = workloads.Message, ["since"] = Text(workloads.Since) },
        };
    }

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
