// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd;

/// <summary>
/// containerd mounts by name and at a time of its own: a container that shares a volume could put a link where a path below it was found, and it would be
/// followed (the class of CVE-2021-25741). What was found is opened without leaving the volume and mounted where no container reaches, until the
/// container runs and has mounts of its own.
/// </summary>
internal sealed class HeldMounts(string directory)
{
    private const nuint Bind = 0x1000; // MS_BIND
    private const nuint Slave = 0x80000; // MS_SLAVE
    private const int Detach = 2 | 8; // MNT_DETACH, UMOUNT_NOFOLLOW

    /// <summary>The same container with places of this directory for what lies below volumes.</summary>
    public ContainerSpec Hold(string sandboxId, ContainerSpec spec)
    {
        if (spec.Mounts.All(mount => mount.VolumeDirectory.Length == 0))
            return spec;
        string places = Places(sandboxId, spec.Name, spec.Attempt);
        LetGo(places);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(places);
        try
        {
            return spec with { Mounts = [.. spec.Mounts.Select((mount, i) => mount.VolumeDirectory.Length == 0 ? mount : Hold(mount, Path.Combine(places, $"{i}")))] };
        }
        catch
        {
            LetGo(places);
            throw;
        }
    }

    /// <summary>Of a container that runs, or will not.</summary>
    public void LetGo(string sandboxId, string container, int attempt) => LetGo(Places(sandboxId, container, attempt));

    /// <summary>What an earlier daemon was about to use: a container that was made then is made anew.</summary>
    public void LetGoOfAll()
    {
        if (!Directory.Exists(directory))
            return;
        foreach (string places in Directory.GetDirectories(directory))
            LetGo(places);
    }

    private static ContainerMount Hold(ContainerMount mount, string place)
    {
        using BeneathPath? found = BeneathPath.Open(mount.VolumeDirectory, Path.GetRelativePath(mount.VolumeDirectory, mount.HostPath), strictly: true);
        if (found is null)
            throw new RuntimeException("CreateContainerError", $"failed to prepare subPath for volumeMount \"{mount.Volume}\": {mount.HostPath} is gone, or a link was put in its way");
        if (found.IsDirectory)
            Directory.CreateDirectory(place);
        else
            File.WriteAllBytes(place, []);
        if (LibC.Mount(found.Path, place, "", Bind, "") < 0)
            throw Descriptors.Failure($"mount {mount.HostPath} for a container");
        // Letting go of it must not take away what is mounted below the volume itself.
        if (mount.Propagation != MountPropagation.Bidirectional && LibC.Mount("", place, "", Slave, "") < 0)
            throw Descriptors.Failure($"make {place} a follower of the volume");
        return mount with { HostPath = place, VolumeDirectory = "" };
    }

    private static void LetGo(string places)
    {
        if (!Directory.Exists(places))
            return;
        foreach (string place in Directory.GetFileSystemEntries(places))
        {
            while (LibC.Unmount(place, Detach) == 0)
            {
            }
            // Neither goes below a mount, nor into a directory with something in it.
            if (Directory.Exists(place))
                Directory.Delete(place);
            else
                File.Delete(place);
        }
        Directory.Delete(places);
    }

    private string Places(string sandboxId, string container, int attempt) => Path.Combine(directory, $"{sandboxId}-{container}-{attempt}");
}
