// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;

namespace Pelago.Client.Reconciling;

/// <summary>The core/v1 Event of a series.</summary>
internal static class EventDocument
{
    public static JsonObject New(EventSeries series, string name, string ns, string component, string host)
    {
        EventDraft draft = series.Draft;
        var source = new JsonObject { ["component"] = component };
        if (host.Length > 0)
            source["host"] = host;
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["involvedObject"] = Reference(draft.About),
            ["reason"] = draft.Reason,
            ["message"] = series.Message,
            ["source"] = source,
            ["firstTimestamp"] = Time(series.First),
            ["lastTimestamp"] = Time(draft.At),
            ["count"] = series.Count,
            ["type"] = draft.Type,
            ["eventTime"] = null,
            ["reportingComponent"] = component,
            ["reportingInstance"] = host,
        };
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Reference(ObjectReference about)
    {
        var json = new JsonObject { ["kind"] = about.Kind, ["apiVersion"] = about.ApiVersion, ["name"] = about.Name, ["uid"] = about.Uid };
        if (about.Namespace.Length > 0)
            json["namespace"] = about.Namespace;
        if (about.ResourceVersion.Length > 0)
            json["resourceVersion"] = about.ResourceVersion;
        if (about.FieldPath.Length > 0)
            json["fieldPath"] = about.FieldPath;
        return json;
    }
}
