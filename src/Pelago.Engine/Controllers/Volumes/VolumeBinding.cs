// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Ties a claim and a volume together: the volume first, so that no two claims can get it.</summary>
internal sealed class VolumeBinding(ControllerContext context)
{
    private Resource<V1PersistentVolume> Volumes => context.Client.Of<V1PersistentVolume>();
    private Resource<V1PersistentVolumeClaim> Claims => context.Client.Of<V1PersistentVolumeClaim>();

    public async Task<ApiStatus?> BindAsync(V1PersistentVolume volume, V1PersistentVolumeClaim claim, CancellationToken cancel) =>
        await GiveVolumeAsync(volume, claim, cancel) ?? await WritePhaseAsync(volume, "Bound", cancel) ?? await GiveClaimAsync(volume, claim, cancel);

    public async Task<ApiStatus?> WritePhaseAsync(V1PersistentVolume volume, string phase, CancellationToken cancel)
    {
        if (volume.Status?.Phase == phase)
            return null;
        var patch = new JsonObject { ["status"] = new JsonObject { ["phase"] = phase } };
        return Missing((await Volumes.PatchStatusAsync("", volume.Metadata.Name, PatchType.Merge, patch, cancel)).Error);
    }

    public async Task<ApiStatus?> WriteLostAsync(V1PersistentVolumeClaim claim, CancellationToken cancel)
    {
        var patch = new JsonObject { ["status"] = new JsonObject { ["phase"] = "Lost", ["accessModes"] = null, ["capacity"] = null } };
        return Missing((await Claims.PatchStatusAsync(claim.Metadata.NamespaceProperty, claim.Metadata.Name, PatchType.Merge, patch, cancel)).Error);
    }

    private async Task<ApiStatus?> GiveVolumeAsync(V1PersistentVolume volume, V1PersistentVolumeClaim claim, CancellationToken cancel)
    {
        if (volume.Spec.ClaimRef?.Uid == claim.Metadata.Uid)
            return null;
        var metadata = new JsonObject { ["resourceVersion"] = volume.Metadata.ResourceVersion };
        if (volume.Spec.ClaimRef is null)
            metadata["annotations"] = new JsonObject { [VolumeFacts.BoundByController] = "yes" };
        var patch = new JsonObject
        {
            ["metadata"] = metadata, ["spec"] = new JsonObject { ["claimRef"] = KubeJson.Parse(ModelJson.Encode(DirectoryProvisioner.Reference(claim))) },
        };
        return (await Volumes.PatchAsync("", volume.Metadata.Name, PatchType.Merge, patch, cancel)).Error;
    }

    private async Task<ApiStatus?> GiveClaimAsync(V1PersistentVolume volume, V1PersistentVolumeClaim claim, CancellationToken cancel)
    {
        string ns = claim.Metadata.NamespaceProperty;
        string name = claim.Metadata.Name;
        if (claim.Metadata.Annotations?.ContainsKey(VolumeFacts.BindCompleted) != true)
        {
            var annotations = new JsonObject { [VolumeFacts.BindCompleted] = "yes" };
            if (string.IsNullOrEmpty(claim.Spec.VolumeName))
                annotations[VolumeFacts.BoundByController] = "yes";
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = annotations }, ["spec"] = new JsonObject { ["volumeName"] = volume.Metadata.Name },
            };
            if ((await Claims.PatchAsync(ns, name, PatchType.Merge, patch, cancel)).Error is { } error)
                return Missing(error);
        }
        if (claim.Status?.Phase == "Bound")
            return null;
        var status = new JsonObject
        {
            ["phase"] = "Bound",
            ["accessModes"] = new JsonArray([.. (volume.Spec.AccessModes ?? []).Select(mode => (JsonNode)mode)]),
            ["capacity"] = new JsonObject { ["storage"] = VolumeFacts.CapacityOf(volume).ToString() },
        };
        return Missing((await Claims.PatchStatusAsync(ns, name, PatchType.Merge, new JsonObject { ["status"] = status }, cancel)).Error);
    }

    private static ApiStatus? Missing(ApiStatus? error) => error is { IsNotFound: true } ? null : error;
}
