// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>autoscaling/v1 Scale as a view of its parent.</summary>
internal static class ScaleView
{
    public static readonly GroupVersionKind Kind = new("autoscaling", "v1", "Scale");

    public static ApiStatus NotFound(ResourceRequest request) => ApiStatus.NotFound(
        request.Kind.IsCustom ? request.Kind.GroupResource : new GroupResource(request.Kind.Group, $"{request.Kind.Plural}/scale"), request.Name);

    public static JsonObject FromParent(KubeObject parent, ScaleMapping mapping)
    {
        var metadata = new JsonObject();
        foreach (string field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (parent.Metadata[field] is { } value)
                metadata[field] = value.DeepClone();
        }

        var status = new JsonObject { ["replicas"] = FieldParts.Read(parent.Json, mapping.StatusReplicas).AsInteger() ?? 0 };
        if (mapping.Selector is not null && SelectorText(FieldParts.Read(parent.Json, mapping.Selector)) is { Length: > 0 } selector)
            status["selector"] = selector;
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = FieldParts.Read(parent.Json, mapping.SpecReplicas).AsInteger() ?? 0 },
            ["status"] = status,
        };
    }

    /// <summary>Writes the wished count into the parent; a 422 when it is none.</summary>
    public static ApiStatus? ToParent(JsonObject scale, KubeObject parent, ScaleMapping mapping)
    {
        long replicas = scale.At("spec", "replicas").AsInteger() ?? 0;
        if (replicas < 0)
        {
            return ApiStatus.Invalid("autoscaling", "Scale", parent.Name,
                [new StatusCause("FieldValueInvalid", $"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas")]);
        }

        FieldParts.Write(parent.Json, mapping.SpecReplicas, replicas);
        return null;
    }

    private static string SelectorText(JsonNode? selector)
    {
        if (selector is JsonValue value)
            return value.TryGetValue(out string? text) ? text : "";
        if (selector is not JsonObject json)
            return "";
        bool isPlainMap = json.Object("matchLabels") is null && json.Array("matchExpressions") is null;
        JsonObject read = isPlainMap ? new JsonObject { ["matchLabels"] = json.DeepClone() } : json;
        return LabelSelector.TryRead(read, out LabelSelector? parsed, out _) ? parsed.ToString() : "";
    }
}
