// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Registry;

/// <summary>Events of events.k8s.io/v1 as a view of the core ones (kubernetes pkg/apis/events/v1/conversion.go).</summary>
internal static class EventVersions
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"),
        ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public static ResourceKind View(ResourceKind row, Lazy<SchemaNode?> core) => row with
    {
        StoreName = "events",
        ColumnsKey = "events",
        StorageGroup = "",
        StoredSchema = core,
        Fields = EventFields.Index,
        Versions = [row.Versions[0] with { View = new VersionView(ToCore, FromCore) }],
    };

    private static JsonObject ToCore(JsonObject json)
    {
        foreach ((string core, string events) in Names)
            Rename(json, events, core);
        return json;
    }

    private static JsonObject FromCore(JsonObject json)
    {
        foreach ((string core, string events) in Names)
            Rename(json, core, events);
        return json;
    }

    private static void Rename(JsonObject json, string from, string to)
    {
        if (!json.TryGetPropertyValue(from, out JsonNode? value))
            return;
        json.Remove(from);
        json[to] = value;
    }
}
