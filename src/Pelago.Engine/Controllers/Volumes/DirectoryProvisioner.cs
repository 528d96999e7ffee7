// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Volumes that are directories below one root on this machine, which all nodes of an embedded cluster share. Made for claims of the default
/// StorageClass, deleted with them.
/// </summary>
internal sealed class DirectoryProvisioner(ControllerContext context, string root)
{
    public const string Name = "pelago.dev/directory";
    private const string ClassName = "standard";
    private static readonly GroupVersionResource Classes = new("storage.k8s.io", "v1", "storageclasses");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");

    /// <summary>Makes the default class if there is none of its name.</summary>
    public async Task<ApiStatus?> EnsureClassAsync(CancellationToken cancel)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "storage.k8s.io/v1",
            ["kind"] = "StorageClass",
            ["metadata"] = new JsonObject
            {
                ["name"] = ClassName, ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" },
            },
            ["provisioner"] = Name,
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "Immediate",
        };
        ApiStatus? error = (await context.Api.CreateAsync(new ResourcePath(Classes), KubeJson.ToUtf8(body), WriteQuery.None, cancel)).Error;
        return error is { IsAlreadyExists: true } ? null : error;
    }

    /// <summary>A directory and its volume, promised to the claim; a second call for the claim finds the first one's.</summary>
    public async Task<ApiStatus?> ProvisionAsync(V1PersistentVolumeClaim claim, V1StorageClass storageClass, CancellationToken cancel)
    {
        string name = $"pvc-{claim.Metadata.Uid}";
        string path = Path.Combine(root, name);
        try
        {
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ApiStatus.Internal($"cannot make directory {path}: {failure.Message}");
        }
        JsonNode reference = KubeJson.Parse(ModelJson.Encode(Reference(claim)))!;
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { [VolumeFacts.ProvisionedBy] = Name } },
            ["spec"] = new JsonObject
            {
                ["capacity"] = new JsonObject { ["storage"] = VolumeFacts.Requested(claim).ToString() },
                ["accessModes"] = new JsonArray([.. (claim.Spec.AccessModes ?? []).Select(mode => (JsonNode)mode)]),
                ["volumeMode"] = claim.Spec.VolumeMode ?? "Filesystem",
                ["storageClassName"] = storageClass.Metadata.Name,
                ["persistentVolumeReclaimPolicy"] = storageClass.ReclaimPolicy ?? "Delete",
                ["claimRef"] = reference,
                ["hostPath"] = new JsonObject { ["path"] = path, ["type"] = "DirectoryOrCreate" },
            },
        };
        ApiStatus? error = (await context.Api.CreateAsync(new ResourcePath(Volumes), KubeJson.ToUtf8(body), WriteQuery.None, cancel)).Error;
        return error is { IsAlreadyExists: true } ? null : error;
    }

    /// <summary>Deletes the directory of a volume; null when it is gone. Only what was made here is touched.</summary>
    public ApiStatus? Delete(V1PersistentVolume volume)
    {
        string path = Path.Combine(root, volume.Metadata.Name);
        if (volume.Spec.HostPath?.Path != path)
            return ApiStatus.Internal($"volume {volume.Metadata.Name} lies at {volume.Spec.HostPath?.Path}, not at {path}: it is not deleted");
        try
        {
            TreeRemoval.Remove(path);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ApiStatus.Internal($"cannot delete directory {path}: {failure.Message}");
        }
    }

    public static V1ObjectReference Reference(V1PersistentVolumeClaim claim) => new()
    {
        ApiVersion = "v1", Kind = "PersistentVolumeClaim", NamespaceProperty = claim.Metadata.NamespaceProperty, Name = claim.Metadata.Name, Uid = claim.Metadata.Uid,
        ResourceVersion = claim.Metadata.ResourceVersion,
    };
}
