// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Native;
using Pelago.Node.Objects;
using Pelago.Node.Processes;
using Pelago.Node.Variables;

namespace Pelago.Node.Volumes;

/// <summary>Sets up the volumes of pods below their directories, keeps them current and takes them away.</summary>
internal sealed class VolumeMounter(string podsDirectory, IKubeApi api, ReferencedObjects objects, ServiceAccountTokens tokens, TimeProvider time) : IPodVolumes
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1ff;
    private const UnixFileMode SetGroup = UnixFileMode.SetGroup | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    public async Task<IReadOnlyDictionary<string, MountedVolume>> MountAsync(V1Pod pod, PodFields fields, CancellationToken cancel)
    {
        var mounted = new Dictionary<string, MountedVolume>(StringComparer.Ordinal);
        foreach (V1Volume volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                mounted[volume.Name] = await MountAsync(pod, volume, fields, cancel);
            }
            catch (Exception fault) when (fault is VolumeException or ConfigurationException or IOException or UnauthorizedAccessException)
            {
                throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {fault.Message}", fault);
            }
        }
        return mounted;
    }

    public void Remove(string podUid)
    {
        string directory = Path.Combine(PodDirectory(podUid), "volumes");
        MountTable.UnmountBelow(directory);
        tokens.Forget(podUid);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private string PodDirectory(string uid) => Path.Combine(podsDirectory, uid);

    private async Task<MountedVolume> MountAsync(V1Pod pod, V1Volume volume, PodFields fields, CancellationToken cancel)
    {
        uint? group = (uint?)pod.Spec.SecurityContext?.FsGroup;
        if (volume.EmptyDir is { } empty)
            return new MountedVolume(PrepareEmpty(Place(pod, "kubernetes.io~empty-dir", volume), empty, group), false);
        if (volume.HostPath is { } host)
        {
            HostPaths.Prepare(host.Path, host.Type);
            return new MountedVolume(host.Path, false);
        }
        if (volume.PersistentVolumeClaim is { } claim)
            return await MountClaimAsync(pod, claim.ClaimName, claim.ReadOnlyProperty == true, cancel);
        if (volume.Ephemeral is not null)
            return await MountClaimAsync(pod, $"{pod.Metadata.Name}-{volume.Name}", false, cancel);
        IReadOnlyDictionary<string, ProjectedFile> files = await new VolumeFiles(pod, fields, objects, tokens).CollectAsync(volume, cancel)
            ?? throw new VolumeException("this node serves emptyDir, hostPath, configMap, secret, projected, downwardAPI and claims of local or hostPath volumes");
        string directory = Place(pod, PluginOf(volume), volume);
        AtomicDirectory.Write(directory, files, LibC.EffectiveUser() == 0 ? group : null, time);
        return new MountedVolume(directory, true);
    }

    private string Place(V1Pod pod, string plugin, V1Volume volume) => Path.Combine(PodDirectory(pod.Metadata.Uid), "volumes", plugin, volume.Name);

    private static string PluginOf(V1Volume volume) =>
        volume.ConfigMap is not null ? "kubernetes.io~configmap"
        : volume.Secret is not null ? "kubernetes.io~secret"
        : volume.DownwardAPI is not null ? "kubernetes.io~downward-api"
        : "kubernetes.io~projected";

    private static string PrepareEmpty(string directory, V1EmptyDirVolumeSource empty, uint? group)
    {
        if (Directory.Exists(directory))
            return directory;
        Directory.CreateDirectory(directory);
        if (empty.Medium == "Memory" && LibC.EffectiveUser() == 0)
        {
            string size = empty.SizeLimit is { } limit ? $"size={limit.ToInt64()}" : "size=50%";
            if (LibC.Mount("tmpfs", directory, "tmpfs", 0, size) < 0)
                throw Descriptors.Failure($"mount a tmpfs on {directory}");
        }
        File.SetUnixFileMode(directory, group is null ? Everybody : Everybody | SetGroup);
        if (group is { } owner && LibC.EffectiveUser() == 0)
            _ = LibC.ChangeOwner(directory, uint.MaxValue, owner);
        return directory;
    }

    private async Task<MountedVolume> MountClaimAsync(V1Pod pod, string name, bool readOnly, CancellationToken cancel)
    {
        string ns = pod.Metadata.NamespaceProperty;
        ApiResult found = await api.GetAsync(new ResourcePath(new GroupVersionResource("", "v1", "persistentvolumeclaims"), ns, name), cancel);
        if (found.Error is { } noClaim)
            throw new VolumeException(noClaim.Message);
        V1PersistentVolumeClaim claim = ModelJson.Decode<V1PersistentVolumeClaim>(found.Body);
        if (claim.Status?.Phase != "Bound" || string.IsNullOrEmpty(claim.Spec.VolumeName))
            throw new VolumeException($"PVC {ns}/{name} is not bound");
        ApiResult volume = await api.GetAsync(
            new ResourcePath(new GroupVersionResource("", "v1", "persistentvolumes"), "", claim.Spec.VolumeName), cancel);
        if (volume.Error is { } noVolume)
            throw new VolumeException(noVolume.Message);
        V1PersistentVolume persistent = ModelJson.Decode<V1PersistentVolume>(volume.Body);
        if (persistent.Spec.Local is { } local)
        {
            HostPaths.Prepare(local.Path, "Directory");
            return new MountedVolume(local.Path, readOnly);
        }
        if (persistent.Spec.HostPath is { } host)
        {
            HostPaths.Prepare(host.Path, string.IsNullOrEmpty(host.Type) ? "DirectoryOrCreate" : host.Type);
            return new MountedVolume(host.Path, readOnly);
        }
        throw new VolumeException($"persistentvolume \"{persistent.Metadata.Name}\" is neither local nor hostPath: this node serves no others");
    }
}
