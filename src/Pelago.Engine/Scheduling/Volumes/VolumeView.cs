// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What placement needs to know of a PersistentVolume. Immutable.</summary>
internal sealed record VolumeView(
    string Name, string StorageClass, Quantity Capacity, IReadOnlyList<string> AccessModes, string Phase, ObjectKey? ClaimedBy, string? ClaimUid, NodeSelectorTerm[]? NodeTerms)
{
    public static VolumeView Read(ReadOnlyMemory<byte> json)
    {
        var volume = KubeObject.Parse(json);
        JsonObject? claim = volume.Spec?.Object("claimRef");
        JsonObject? required = volume.Spec?.Object("nodeAffinity")?.Object("required");
        return new VolumeView(
            volume.Name,
            volume.Spec?.String("storageClassName") ?? "",
            Quantity.TryParse(volume.Spec?.Object("capacity")?["storage"]?.ToString(), out Quantity capacity) ? capacity : Quantity.Zero,
            [.. (volume.Spec?.Array("accessModes") ?? []).Select(mode => mode?.ToString() ?? "")],
            volume.Status?.String("phase") ?? "Available",
            claim is null ? null : new ObjectKey(claim.String("namespace") ?? "", claim.String("name") ?? ""),
            claim?.String("uid"),
            required is null ? null : NodeSelectorTerm.ReadTerms(required));
    }

    public bool IsReachableFrom(NodeView node) => NodeTerms is null || Array.Exists(NodeTerms, term => term.Matches(node));

    /// <summary>Could this free volume become the claim's?</summary>
    public bool Fits(ClaimView claim)
    {
        bool reserved = ClaimedBy is { } by && (by != claim.Key || (ClaimUid is { Length: > 0 } uid && uid != claim.Uid));
        return !reserved && (Phase is "Available" or "" or "Pending") && StorageClass == claim.StorageClass && Capacity >= claim.Requested
            && claim.AccessModes.All(AccessModes.Contains);
    }
}
