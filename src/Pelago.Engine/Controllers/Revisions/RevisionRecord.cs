// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>A ControllerRevision: one pod template of a StatefulSet's or DaemonSet's past or present.</summary>
internal sealed class RevisionRecord : IOwnedObject
{
    public static readonly GroupVersionResource Revisions = new("apps", "v1", "controllerrevisions");

    public required ObjectKey Key { get; init; }
    public required string Uid { get; init; }
    public required string ResourceVersion { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public OwnerReference? Controller { get; init; }
    public bool IsDeleting { get; init; }
    public long Revision { get; init; }
    public JsonObject Data { get; init; } = [];
    public string Name => Key.Name;

    /// <summary>The hash in its name, which daemon pods carry as their label.</summary>
    public string Hash => Labels.GetValueOrDefault("controller-revision-hash") ?? Labels.GetValueOrDefault("controller.kubernetes.io/hash") ?? Name[(Name.LastIndexOf('-') + 1)..];

    public V1PodTemplateSpec Template
    {
        get
        {
            var template = (JsonObject)(Data.At("spec", "template")?.DeepClone() ?? new JsonObject());
            template.Remove("$patch");
            return ModelJson.Decode<V1PodTemplateSpec>(KubeJson.ToUtf8(template));
        }
    }

    public static RevisionRecord Read(ReadOnlyMemory<byte> utf8)
    {
        KubeObject item = KubeObject.Parse(utf8);
        JsonObject? controller = (item.OwnerReferences ?? []).OfType<JsonObject>().FirstOrDefault(reference => reference.Boolean("controller") == true);
        return new RevisionRecord
        {
            Key = item.Key,
            Uid = item.Uid,
            ResourceVersion = item.ResourceVersion,
            Labels = (item.Labels ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal),
            Controller = controller is null ? null : new OwnerReference(
                controller.String("apiVersion") ?? "", controller.String("kind") ?? "", controller.String("name") ?? "", controller.String("uid") ?? "", true, false),
            IsDeleting = item.IsDeleting,
            Revision = item.Json.Integer("revision") ?? 0,
            Data = item.Json.Object("data") ?? [],
        };
    }
}
