// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Registry;

/// <summary>
/// autoscaling/v1 as a view of the stored autoscaling/v2: the CPU utilization target is a field of its own there, and what v1 has
/// no field for travels in annotations so that a v1 read and write loses nothing.
/// </summary>
internal static class AutoscalerVersions
{
    private const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
    private const string BehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";
    private const string ConditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";
    private const string CurrentMetricsAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics";

    public static ResourceKind Views(ResourceKind row) => row with
    {
        Versions = [row.Versions[0], row.Versions[1] with { View = new VersionView(ToV2, FromV2) }],
    };

    private static JsonObject FromV2(JsonObject json)
    {
        if (json.Object("spec") is { } spec)
        {
            TakeCpu(spec, "metrics", "target", out JsonNode? target);
            if (target is not null)
                spec["targetCPUUtilizationPercentage"] = target;
            Park(json, spec, "metrics", MetricsAnnotation);
            Park(json, spec, "behavior", BehaviorAnnotation);
        }

        if (json.Object("status") is { } status)
        {
            TakeCpu(status, "currentMetrics", "current", out JsonNode? current);
            if (current is not null)
                status["currentCPUUtilizationPercentage"] = current;
            Park(json, status, "currentMetrics", CurrentMetricsAnnotation);
            Park(json, status, "conditions", ConditionsAnnotation);
        }

        return json;
    }

    private static JsonObject ToV2(JsonObject json)
    {
        if (json.Object("spec") is { } spec)
        {
            Unpark(json, spec, "metrics", MetricsAnnotation);
            Unpark(json, spec, "behavior", BehaviorAnnotation);
            PutCpu(spec, "targetCPUUtilizationPercentage", "metrics", value =>
                new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = value } });
        }

        if (json.Object("status") is { } status)
        {
            Unpark(json, status, "currentMetrics", CurrentMetricsAnnotation);
            Unpark(json, status, "conditions", ConditionsAnnotation);
            PutCpu(status, "currentCPUUtilizationPercentage", "currentMetrics", value =>
                new JsonObject { ["name"] = "cpu", ["current"] = new JsonObject { ["averageUtilization"] = value } });
        }

        if (json.Object("metadata")?["annotations"] is JsonObject { Count: 0 })
            json.Object("metadata")!.Remove("annotations");
        return json;
    }

    private static void TakeCpu(JsonObject part, string list, string values, out JsonNode? utilization)
    {
        utilization = null;
        if (part.Array(list) is not { } metrics)
            return;
        foreach (JsonNode? item in metrics)
        {
            if (item is not JsonObject metric || metric.String("type") != "Resource" || metric.Object("resource") is not { } resource
                || resource.String("name") != "cpu" || resource.At(values, "averageUtilization") is not { } found)
                continue;
            utilization = found.DeepClone();
            metrics.Remove(item);
            return;
        }
    }

    private static void PutCpu(JsonObject part, string field, string list, Func<JsonNode, JsonObject> resource)
    {
        if (part[field] is not { } value)
            return;
        part.Remove(field);
        if (part.Array(list) is not { } metrics)
            part[list] = metrics = [];
        metrics.Insert(0, new JsonObject { ["type"] = "Resource", ["resource"] = resource(value) });
    }

    private static void Park(JsonObject json, JsonObject part, string field, string annotation)
    {
        if (part[field] is not { } value)
            return;
        part.Remove(field);
        if (value is JsonArray { Count: 0 })
            return;
        json.ObjectOrNew("metadata").ObjectOrNew("annotations")[annotation] = value.ToJsonString();
    }

    private static void Unpark(JsonObject json, JsonObject part, string field, string annotation)
    {
        if (json.Object("metadata")?.Object("annotations") is not { } annotations || annotations.String(annotation) is not { } text)
            return;
        annotations.Remove(annotation);
        try
        {
            part[field] = KubeJson.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            // Somebody wrote the annotation by hand: what cannot be read is dropped, as upstream does.
        }
    }
}
