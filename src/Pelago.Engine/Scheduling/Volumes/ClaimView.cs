// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What placement needs to know of a PersistentVolumeClaim. Immutable.</summary>
/// <param name="ControllerUid">Of the pod that it was made for; null: of none.</param>
internal sealed record ClaimView(
    ObjectKey Key, string Uid, string VolumeName, bool IsBound, string StorageClass, Quantity Requested, IReadOnlyList<string> AccessModes, string? SelectedNode, string? ControllerUid)
{
    public const string SelectedNodeAnnotation = "volume.kubernetes.io/selected-node";

    public static ClaimView Read(ReadOnlyMemory<byte> json)
    {
        var claim = KubeObject.Parse(json);
        JsonNode? storage = claim.Spec?.Object("resources")?.Object("requests")?["storage"];
        return new ClaimView(
            claim.Key,
            claim.Uid,
            claim.Spec?.String("volumeName") ?? "",
            claim.Status?.String("phase") == "Bound",
            claim.Spec?.String("storageClassName") ?? "",
            Quantity.TryParse(storage?.ToString(), out Quantity requested) ? requested : Quantity.Zero,
            [.. (claim.Spec?.Array("accessModes") ?? []).Select(mode => mode?.ToString() ?? "")],
            claim.Annotations?.String(SelectedNodeAnnotation),
            (claim.OwnerReferences ?? []).OfType<JsonObject>().FirstOrDefault(owner => owner.Boolean("controller") == true)?.String("uid"));
    }
}
