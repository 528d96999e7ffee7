// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Files;
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

    /// <summary>By pod, what follows no object and is there: it is not looked for again while containers may have it.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, MountedVolume>> _lasting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneLook = new(1, 1);

    public async Task<IReadOnlyDictionary<string, MountedVolume>> MountAsync(V1Pod pod, PodFields fields, Action<string> outdated, CancellationToken cancel)
    {
        var mounted = new Dictionary<string, MountedVolume>(StringComparer.Ordinal);
        foreach (V1Volume volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                mounted[volume.Name] = VolumePlugin(volume) is { } plugin ? await ProjectAsync(pod, volume, plugin, fields, outdated, cancel) : await OnceAsync(pod, volume, cancel);
            }
            catch (Exception fault) when (fault is VolumeException or ConfigurationException or ClusterUnreachableException or IOException or UnauthorizedAccessException)
            {
                throw new VolumeException(Failed(volume, fault), fault);
            }
        }
        return mounted;
    }

    public async Task<string?> OverLimitAsync(V1Pod pod, CancellationToken cancel)
    {
        if (EmptyDirUsage.Limited(pod).Count == 0)
            return null;
        await _oneLook.WaitAsync(cancel);
        try
        {
            return await Task.Run(() => new EmptyDirUsage(time).OverLimit(pod, volume => EmptyPlace(pod, volume), cancel), cancel);
        }
        finally
        {
            _oneLook.Release();
        }
    }

    public void ReleaseMemory(string podUid) => MountTable.UnmountBelow(VolumesOf(podUid));

    public void Remove(string podUid)
    {
        string directory = VolumesOf(podUid);
        MountTable.UnmountBelow(directory);
        tokens.Forget(podUid);
        _lasting.TryRemove(podUid, out _);
        DirectoryTree.Delete(directory);
    }

    private string VolumesOf(string podUid) => Path.Combine(PodDirectory(podUid), "volumes");

    private string PodDirectory(string uid) => Path.Combine(podsDirectory, uid);

    private static string Failed(V1Volume volume, Exception fault) => $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {fault.Message}";

    /// <summary>What follows no object is set up once for each life of a pod on this node.</summary>
    private async Task<MountedVolume> OnceAsync(V1Pod pod, V1Volume volume, CancellationToken cancel)
    {
        ConcurrentDictionary<string, MountedVolume> there = _lasting.GetOrAdd(pod.Metadata.Uid, _ => new ConcurrentDictionary<string, MountedVolume>(StringComparer.Ordinal));
        if (!there.TryGetValue(volume.Name, out MountedVolume mounted))
            there[volume.Name] = mounted = await SetUpAsync(pod, volume, cancel);
        return mounted;
    }

    private async Task<MountedVolume> SetUpAsync(V1Pod pod, V1Volume volume, CancellationToken cancel)
    {
        if (volume.EmptyDir is { } empty)
            return new MountedVolume(PrepareEmpty(EmptyPlace(pod, volume), empty, (uint?)pod.Spec.SecurityContext?.FsGroup), false);
        if (volume.HostPath is { } host)
        {
            HostPaths.Prepare(host.Path, host.Type);
            return new MountedVolume(host.Path, false);
        }
        if (volume.PersistentVolumeClaim is { } claim)
            return await MountClaimAsync(pod, claim.ClaimName, claim.ReadOnlyProperty == true, isEphemeral: false, cancel);
        if (volume.Ephemeral is not null)
            return await MountClaimAsync(pod, EphemeralClaim.NameOf(pod.Metadata.Name, volume.Name), readOnly: false, isEphemeral: true, cancel);
        throw new VolumeException("this node serves emptyDir, hostPath, configMap, secret, projected, downwardAPI and claims of local or hostPath volumes");
    }

    /// <summary>The files that an object says. Where it is gone, a pod that has them keeps them (so does a kubelet), and only its first start waits.</summary>
    private async Task<MountedVolume> ProjectAsync(V1Pod pod, V1Volume volume, string plugin, PodFields fields, Action<string> outdated, CancellationToken cancel)
    {
        string directory = Place(pod, plugin, volume);
        try
        {
            IReadOnlyDictionary<string, ProjectedFile> files = await new VolumeFiles(pod, fields, objects, tokens).CollectAsync(volume, cancel);
            AtomicDirectory.Write(directory, files, LibC.EffectiveUser() == 0 ? (uint?)pod.Spec.SecurityContext?.FsGroup : null, time);
        }
        catch (Exception fault) when (fault is VolumeException or ConfigurationException or ClusterUnreachableException && AtomicDirectory.IsWritten(directory))
        {
            outdated(Failed(volume, fault));
        }
        return new MountedVolume(directory, true);
    }

    private string EmptyPlace(V1Pod pod, V1Volume volume) => Place(pod, "kubernetes.io~empty-dir", volume);

    private string Place(V1Pod pod, string plugin, V1Volume volume) => Path.Combine(PodDirectory(pod.Metadata.Uid), "volumes", plugin, volume.Name);

    /// <summary>Null for what follows no object.</summary>
    private static string? VolumePlugin(V1Volume volume) =>
        volume.ConfigMap is not null ? "kubernetes.io~configmap"
        : volume.Secret is not null ? "kubernetes.io~secret"
        : volume.DownwardAPI is not null ? "kubernetes.io~downward-api"
        : volume.Projected is not null ? "kubernetes.io~projected"
        : null;

    /// <summary>A directory that is there is whole: what is in memory is mounted with its rights, what is on disk gets its name last.</summary>
    private static string PrepareEmpty(string directory, V1EmptyDirVolumeSource empty, uint? group)
    {
        bool isRoot = LibC.EffectiveUser() == 0;
        if (empty.Medium == "Memory" && isRoot)
        {
            MountMemory(directory, empty, group);
            return directory;
        }
        if (Directory.Exists(directory))
            return directory;
        string draft = $"{directory}.new";
        Directory.CreateDirectory(draft);
        File.SetUnixFileMode(draft, group is null ? Everybody : Everybody | SetGroup);
        if (group is { } owner && isRoot)
            _ = LibC.ChangeOwner(draft, uint.MaxValue, owner);
        Directory.Move(draft, directory);
        return directory;
    }

    private static void MountMemory(string directory, V1EmptyDirVolumeSource empty, uint? group)
    {
        Directory.CreateDirectory(directory);
        if (MountTable.IsMounted(directory))
            return;
        string size = empty.SizeLimit is { } limit && limit.ToInt64() > 0 ? $"size={limit.ToInt64()}" : "size=50%";
        string rights = group is { } owner ? $"mode=2777,gid={owner}" : "mode=0777";
        if (LibC.Mount("tmpfs", directory, "tmpfs", 0, $"{size},{rights}") < 0)
            throw Descriptors.Failure($"mount a tmpfs on {directory}");
    }

    private async Task<MountedVolume> MountClaimAsync(V1Pod pod, string name, bool readOnly, bool isEphemeral, CancellationToken cancel)
    {
        string ns = pod.Metadata.NamespaceProperty;
        ApiResult found = await api.GetAsync(new ResourcePath(new GroupVersionResource("", "v1", "persistentvolumeclaims"), ns, name), cancel);
        if (found.Error is { } noClaim)
            throw new VolumeException(noClaim.Message);
        V1PersistentVolumeClaim claim = ModelJson.Decode<V1PersistentVolumeClaim>(found.Body);
        string? controller = claim.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true)?.Uid;
        if (isEphemeral && EphemeralClaim.Obstacle(new ObjectKey(ns, name), controller, new ObjectKey(ns, pod.Metadata.Name), pod.Metadata.Uid) is { } obstacle)
            throw new VolumeException(obstacle);
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
