// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>What claims and volumes say about each other.</summary>
internal static class VolumeFacts
{
    public const string SelectedNode = "volume.kubernetes.io/selected-node";
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    public static ObjectKey KeyOf(V1PersistentVolumeClaim claim) => new(claim.Metadata.NamespaceProperty, claim.Metadata.Name);

    /// <summary>True when the volume is promised or given to this claim.</summary>
    public static bool IsFor(V1PersistentVolume volume, V1PersistentVolumeClaim claim) =>
        volume.Spec.ClaimRef is { } reference && reference.NamespaceProperty == claim.Metadata.NamespaceProperty && reference.Name == claim.Metadata.Name
        && (string.IsNullOrEmpty(reference.Uid) || reference.Uid == claim.Metadata.Uid);

    /// <summary>The smallest free volume that satisfies the claim, on the node it was selected for, if any.</summary>
    public static V1PersistentVolume? FindFree(V1PersistentVolumeClaim claim, IEnumerable<V1PersistentVolume> volumes, V1Node? node) => volumes
        .Where(volume => volume.Spec.ClaimRef is null && volume.Metadata.DeletionTimestamp is null && volume.Status?.Phase is null or "Pending" or "Available")
        .Where(volume => Satisfies(volume, claim) && (node is null || volume.Spec.NodeAffinity?.Required is not { } required || NodeMatch.Matches(required, node)))
        .OrderBy(CapacityOf).ThenBy(volume => volume.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();

    public static bool Satisfies(V1PersistentVolume volume, V1PersistentVolumeClaim claim)
    {
        if ((volume.Spec.StorageClassName ?? "") != (claim.Spec.StorageClassName ?? "") || (volume.Spec.VolumeMode ?? "Filesystem") != (claim.Spec.VolumeMode ?? "Filesystem"))
            return false;
        if (!(claim.Spec.AccessModes ?? []).All(mode => (volume.Spec.AccessModes ?? []).Contains(mode)))
            return false;
        if (claim.Spec.Selector is { } selector && !selector.ToSelector().Matches(OwnedModel<V1PersistentVolume>.LabelsOf(volume.Metadata)))
            return false;
        return CapacityOf(volume) >= Requested(claim);
    }

    public static Quantity CapacityOf(V1PersistentVolume volume) => Storage(volume.Spec.Capacity);

    public static Quantity Requested(V1PersistentVolumeClaim claim) => Storage(claim.Spec.Resources?.Requests);

    private static Quantity Storage(IDictionary<string, ResourceQuantity>? amounts) =>
        amounts is not null && amounts.TryGetValue("storage", out ResourceQuantity? storage) && Quantity.TryParse(storage?.ToString(), out Quantity quantity)
            ? quantity
            : Quantity.Zero;
}
