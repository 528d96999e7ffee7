// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>How a container's own root is put together over the host's.</summary>
internal sealed class RootPlan
{
    private readonly List<MountLine> _mounts = [];
    private readonly List<MountLine> _inner = [];

    /// <param name="host">What is mounted on the host.</param>
    /// <param name="masked">Directories of the host that no container sees.</param>
    public RootPlan(ContainerDirectory directory, ContainerSpec spec, IReadOnlyList<MountEntry> host, IReadOnlyList<string> masked)
    {
        OverlayInMemory = !MountTable.CanHoldUpperLayer(MountTable.Holding(host, directory.Path));
        Add(MountLine.Bind(HostRoot + TemporaryDirectory(directory), "/tmp"));
        foreach (string path in masked.Where(Directory.Exists).Select(HostLinks.Resolve).OrderBy(path => path.Length))
        {
            // Inside of what stands before it there is nothing of the host.
            if (!_mounts.Any(mount => MountTable.IsWithin(path, mount.Target)))
                Add(MountLine.Memory(path, "mode=755,size=1m"));
        }
        Add(MountLine.Bind(HostRoot + directory.Sandbox, SupervisorScript.SandboxInside));
        foreach (ContainerMount item in spec.Mounts.OrderBy(mount => mount.ContainerPath.Count(c => c == '/')))
            Add(MountLine.Bind(HostRoot + item.HostPath, item.ContainerPath, item.ReadOnly) with { Name = item.Volume.Length > 0 ? $"volume {item.Volume} at {item.ContainerPath}" : item.ContainerPath });
        HostMounts =
        [
            .. MountTable.HostFileSystems(host, masked).Where(path => _mounts.TrueForAll(mount => mount.Target != path)).Select(path => new MountLine(HostRoot + path, path, "none", "bind,ro")),
            .. new[] { "/dev/pts", "/sys" }.Where(Directory.Exists).Select(path => MountLine.Bind(HostRoot + path, path)),
            .. new[] { "/dev/shm" }.Where(Directory.Exists).Select(path => MountLine.Memory(path, "mode=1777")),
        ];
    }

    /// <summary>Where the host's root is while the container's is put together; nobody can name it beforehand and aim a mount at it.</summary>
    public string HostRoot { get; } = "/.pelago-" + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>The state directory cannot be the upper layer of an overlay (it lies on one itself): keep changes in memory.</summary>
    public bool OverlayInMemory { get; }

    /// <summary>What of the host a container sees besides its root; what cannot be mounted is left out.</summary>
    public IReadOnlyList<MountLine> HostMounts { get; }

    /// <summary>Each on a mount point that the root itself can have.</summary>
    public IReadOnlyList<MountLine> Mounts => _mounts;

    /// <summary>Those on mount points inside others, which can be made only then; outermost first.</summary>
    public IReadOnlyList<MountLine> InnerMounts => _inner;

    /// <summary>Lies in the root before the container starts, by path: the upper layer of the overlay, or what is copied into one in memory.</summary>
    public static string First(ContainerDirectory directory, bool inMemory) => inMemory ? directory.OverlayUpper + ".first" : directory.OverlayUpper;

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
        File.WriteAllText(directory.HostMounts, FileSystemTable.Write(HostMounts));
    }

    private static string TemporaryDirectory(ContainerDirectory directory) => Path.Combine(directory.Path, "tmp");

    /// <summary>The root is the host's at first, so the host's links say where a mount point comes to lie.</summary>
    private void Add(MountLine line)
    {
        string place = HostLinks.Resolve(line.Target);
        if (_mounts.Any(mount => MountTable.IsWithin(place, mount.Target)))
            _inner.Add(line);
        else
            _mounts.Add(line with { Target = place });
    }
}
