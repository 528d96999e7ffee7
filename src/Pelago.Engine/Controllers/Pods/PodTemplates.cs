// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Pods made from templates, and what tells templates apart.</summary>
internal static class PodTemplates
{
    public const string HashLabel = "pod-template-hash";

    /// <summary>A pod of the template that its owner controls, named by the server from the owner's name.</summary>
    public static JsonObject NewPod(V1PodTemplateSpec template, Owner owner)
    {
        JsonObject body = KubeJson.ParseObject(ModelJson.Encode(template));
        JsonObject from = body.ObjectOrNew("metadata");
        var metadata = new JsonObject
        {
            ["generateName"] = owner.Name + "-",
            ["namespace"] = owner.Namespace,
            ["ownerReferences"] = new JsonArray(owner.ToReference()),
        };
        foreach (string field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers"])
        {
            if (from[field] is { } value)
                metadata[field] = value.DeepClone();
        }
        return new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = body["spec"]?.DeepClone() ?? new JsonObject(),
        };
    }

    /// <summary>The same but for the hash label: no rollout is needed from one to the other.</summary>
    public static bool EqualIgnoringHash(V1PodTemplateSpec one, V1PodTemplateSpec other) =>
        ModelJson.Encode(WithoutHash(one)).AsSpan().SequenceEqual(ModelJson.Encode(WithoutHash(other)));

    /// <summary>The value of pod-template-hash for a template.</summary>
    public static string Hash(V1PodTemplateSpec template, int collisionCount) => GeneratedName.Hash(ModelJson.Encode(template), collisionCount);

    private static V1PodTemplateSpec WithoutHash(V1PodTemplateSpec template)
    {
        V1ObjectMeta metadata = template.Metadata ?? new V1ObjectMeta();
        var labels = new SortedDictionary<string, string>(metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        labels.Remove(HashLabel);
        var annotations = new SortedDictionary<string, string>(metadata.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        V1ObjectMeta bare = metadata with { CreationTimestamp = null };
        bare.Labels = labels.Count == 0 ? null : labels;
        bare.Annotations = annotations.Count == 0 ? null : annotations;
        return template with { Metadata = bare };
    }
}
