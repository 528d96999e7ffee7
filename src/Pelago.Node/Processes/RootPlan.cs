// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>How a container's own root is put together over the host's.</summary>
internal sealed record RootPlan
{
    /// <summary>Where the host's root is while the container's is put together.</summary>
    public const string HostRoot = "/.pelago-host";

    /// <summary>Mounted before <see cref="Mounts"/>, so that mount points can be made below.</summary>
    public const string Devices = "/dev";

    /// <summary>The state directory cannot be the upper layer of an overlay (it lies on one itself): keep changes in memory.</summary>
    public bool OverlayInMemory { get; private init; }

    /// <summary>Mounted file systems of the host, which an overlay of / does not show.</summary>
    public IReadOnlyList<MountLine> HostFileSystems { get; private init; } = [];

    /// <summary>Each on a mount point that the root itself can have.</summary>
    public IReadOnlyList<MountLine> Mounts { get; private init; } = [];

    /// <summary>Those on mount points inside others, which can be made only then; outermost first.</summary>
    public IReadOnlyList<MountLine> InnerMounts { get; private init; } = [];

    /// <summary>Lies in the root before the container starts, by path: the upper layer of the overlay, or what is copied into one in memory.</summary>
    public static string First(ContainerDirectory directory, bool inMemory) => inMemory ? directory.OverlayUpper + ".first" : directory.OverlayUpper;

    public static RootPlan For(ContainerDirectory directory, ContainerSpec spec, IReadOnlyList<MountEntry> host, IReadOnlyList<string> masked)
    {
        var mounts = new List<MountLine>();
        var inner = new List<MountLine>();
        foreach (string shared in new[] { "/dev/pts", "/sys" }.Where(Directory.Exists))
            mounts.Add(MountLine.Bind(HostRoot + shared, shared));
        if (Directory.Exists("/dev/shm"))
            mounts.Add(MountLine.Memory("/dev/shm", "mode=1777"));
        mounts.Add(MountLine.Bind(HostRoot + TemporaryDirectory(directory), "/tmp"));
        foreach (string path in masked.Where(Directory.Exists).OrderBy(path => path.Length))
        {
            if (!mounts.Any(mount => MountTable.IsWithin(path, mount.Target)))
                mounts.Add(MountLine.Memory(path, "mode=755,size=1m"));
        }
        mounts.Add(MountLine.Bind(HostRoot + directory.Sandbox, SupervisorScript.SandboxInside));
        foreach (ContainerMount item in spec.Mounts.OrderBy(mount => mount.ContainerPath.Count(c => c == '/')))
        {
            MountLine line = MountLine.Bind(HostRoot + item.HostPath, item.ContainerPath, item.ReadOnly);
            (mounts.Any(mount => MountTable.IsWithin(line.Target, mount.Target)) ? inner : mounts).Add(line);
        }
        return new RootPlan
        {
            OverlayInMemory = !MountTable.CanHoldUpperLayer(MountTable.Holding(host, directory.Path)),
            HostFileSystems = [.. MountTable.HostFileSystems(host, masked).Select(path => new MountLine(HostRoot + path, path, "none", "bind,ro"))],
            Mounts = mounts,
            InnerMounts = inner,
        };
    }

    /// <summary>Makes the directories and files that the script mounts and reads.</summary>
    /// <param name="files">Host files whose text stands in place of a file inside: /etc/hosts and its like.</param>
    public void Prepare(ContainerDirectory directory, IReadOnlyList<(string Source, string Target)> files)
    {
        string first = First(directory, OverlayInMemory);
        string temporary = TemporaryDirectory(directory);
        foreach (string path in new[] { directory.OverlayUpper, directory.OverlayWork, directory.Root, temporary, first + HostRoot })
            Directory.CreateDirectory(path);
        if (!OverlayInMemory)
        {
            foreach (string path in new[] { directory.OverlayUpper + ".dev", directory.OverlayWork + ".dev" })
                Directory.CreateDirectory(path);
        }
        File.SetUnixFileMode(temporary, (UnixFileMode)0x3ff); // 1777
        foreach ((string source, string target) in files)
        {
            string parent = Path.GetDirectoryName(target)!;
            // What is in an upper layer gives a directory its mode, too.
            Directory.CreateDirectory(first + parent, Directory.Exists(parent) ? File.GetUnixFileMode(parent) : (UnixFileMode)0x1ed);
            File.Copy(source, first + target, overwrite: true);
            File.SetUnixFileMode(first + target, (UnixFileMode)0x1a4); // 0644
        }
        File.WriteAllText(directory.Mounts, FileSystemTable.Write(Mounts));
        File.WriteAllText(directory.HostMounts, FileSystemTable.Write(HostFileSystems));
    }

    private static string TemporaryDirectory(ContainerDirectory directory) => Path.Combine(directory.Path, "tmp");
}
