// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;
using Pelago.Node.Variables;

namespace Pelago.Node.Volumes;

/// <summary>Turns a container's volumeMounts into mounts of host paths.</summary>
internal static class ContainerMounts
{
    /// <param name="variables">The container's environment, for subPathExpr.</param>
    public static List<ContainerMount> Of(
        V1Container container, IReadOnlyDictionary<string, MountedVolume> volumes, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        var mounts = new List<ContainerMount>();
        foreach (V1VolumeMount mount in container.VolumeMounts ?? [])
        {
            if (!volumes.TryGetValue(mount.Name, out MountedVolume volume))
                throw new ConfigurationException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            string? sub = SubPath(mount, variables);
            string root = RealPath(volume.HostPath), host = sub is null ? root : ResolveSubPath(root, sub, mount);
            mounts.Add(new ContainerMount(host, Absolute(mount.MountPath), volume.ReadOnly || mount.ReadOnlyProperty == true, mount.Name)
            {
                Propagation = PropagationOf(container, mount), VolumeDirectory = sub is null ? "" : root,
            });
        }
        return mounts;
    }

    private static MountPropagation PropagationOf(V1Container container, V1VolumeMount mount) => mount.MountPropagation switch
    {
        null or "" or "None" => MountPropagation.None,
        "HostToContainer" => MountPropagation.HostToContainer,
        "Bidirectional" when container.SecurityContext?.Privileged == true => MountPropagation.Bidirectional,
        "Bidirectional" => throw new ConfigurationException($"mountPropagation Bidirectional of volume \"{mount.Name}\" is for privileged containers only"),
        _ => throw new ConfigurationException($"mountPropagation \"{mount.MountPropagation}\" of volume \"{mount.Name}\" is none of None, HostToContainer, Bidirectional"),
    };

    private static string? SubPath(V1VolumeMount mount, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        if (!string.IsNullOrEmpty(mount.SubPath))
            return mount.SubPath;
        if (string.IsNullOrEmpty(mount.SubPathExpr))
            return null;
        string expanded = Expansion.Expand(mount.SubPathExpr, name => variables.LastOrDefault(pair => pair.Key == name).Value);
        return expanded.Contains("$(", StringComparison.Ordinal)
            ? throw new ConfigurationException($"failed to expand subPathExpr \"{mount.SubPathExpr}\": missing value for a variable")
            : expanded;
    }

    private static string ResolveSubPath(string root, string sub, V1VolumeMount mount)
    {
        if (Path.IsPathRooted(sub) || sub.Split('/').Contains(".."))
            throw new ConfigurationException($"subPath \"{sub}\" of volume \"{mount.Name}\" must be a relative path without '..'");
        string path = SafePath.Resolve(root, sub)
            ?? throw new ConfigurationException($"failed to prepare subPath for volumeMount \"{mount.Name}\": it leads out of the volume");
        // With the rights of the volume, as a kubelet makes it: who may write to one may write to the other.
        return Path.Exists(path) || BeneathPath.MakeDirectory(root, Path.GetRelativePath(root, path), File.GetUnixFileMode(root))
            ? path
            : throw new ConfigurationException($"failed to prepare subPath for volumeMount \"{mount.Name}\": no directory can be made at {path}");
    }

    private static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    /// <summary>Without links anywhere, so that it means the same inside another root.</summary>
    private static string RealPath(string path) => SafePath.Resolve("/", path) ?? path;
}
