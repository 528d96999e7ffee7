// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>One mounted file system: where, and of which type.</summary>
internal readonly record struct MountEntry(string Path, string Type);

/// <summary>What is mounted on this machine (/proc/self/mountinfo), as far as a container's root depends on it.</summary>
internal static class MountTable
{
    private static readonly string[] NotForContainers = ["/proc", "/sys", "/dev", "/run", "/tmp"];

    // An overlay's upper layer must be able to hold device nodes and trusted attributes.
    private static readonly string[] NoUpperLayer = ["overlay", "nfs", "nfs4", "9p", "virtiofs", "cifs", "vfat", "exfat"];

    /// <summary>Reads lines such as <c>36 35 98:0 / /mnt rw,noatime shared:1 - ext4 /dev/root rw</c>.</summary>
    public static IReadOnlyList<MountEntry> Parse(IEnumerable<string> lines)
    {
        var entries = new List<MountEntry>();
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (separator > 5 && separator + 1 < fields.Length)
                entries.Add(new MountEntry(Unescape(fields[4]), fields[separator + 1]));
        }
        return entries;
    }

    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadLines("/proc/self/mountinfo"));

    /// <summary>Takes away all that is mounted below a directory, the last one first.</summary>
    public static void UnmountBelow(string directory)
    {
        const int Detach = 2;
        string place = HostLinks.Resolve(directory);
        foreach (MountEntry mount in Read().Where(mount => IsWithin(mount.Path, place)).Reverse())
        {
            if (LibC.Unmount(mount.Path, Detach) < 0)
                throw Descriptors.Failure($"unmount {mount.Path}");
        }
    }

    /// <summary>Whether a directory, however it is reached, has a file system of its own.</summary>
    public static bool IsMounted(string directory)
    {
        string place = HostLinks.Resolve(directory);
        return Read().Any(mount => mount.Path == place);
    }

    /// <summary>The file system that a path lies on.</summary>
    public static MountEntry Holding(IReadOnlyList<MountEntry> mounts, string path)
    {
        MountEntry best = new("/", "");
        foreach (MountEntry mount in mounts)
        {
            if (mount.Path.Length >= best.Path.Length && IsWithin(path, mount.Path))
                best = mount;
        }
        return best;
    }

    public static bool CanHoldUpperLayer(MountEntry mount) =>
        !NoUpperLayer.Contains(mount.Type) && !mount.Type.StartsWith("fuse", StringComparison.Ordinal);

    /// <summary>Directories with a file system of their own that a container should see besides /, outermost first.</summary>
    public static IReadOnlyList<string> HostFileSystems(IReadOnlyList<MountEntry> mounts, IReadOnlyList<string> masked)
    {
        return [.. mounts
            .Select(mount => mount.Path)
            .Where(path => path != "/" && !NotForContainers.Any(skip => IsWithin(path, skip)) && !masked.Any(skip => IsWithin(path, skip)))
            .Where(Directory.Exists)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(path => path.Length)];
    }

    public static bool IsWithin(string path, string directory) =>
        directory == "/" || path == directory || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');

    // Spaces, tabs, newlines and backslashes are written in octal.
    private static string Unescape(string path) => path
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
