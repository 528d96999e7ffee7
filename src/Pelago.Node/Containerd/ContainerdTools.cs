// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Capabilities;
using Pelago.Node.Native;

namespace Pelago.Node.Containerd;

/// <summary>The programs that containers need on this machine.</summary>
public sealed class ContainerdTools
{
    private const string Directories = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static readonly string[] PluginDirectories = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];
    private static readonly string[] NeededPlugins = ["bridge", "host-local", "loopback"];

    /// <summary>The PATH that containerd gets: it looks for its shim and for runc there.</summary>
    internal static string SearchPath => Directories;

    internal string? Containerd { get; } = Locate("containerd");
    internal string? Runc { get; } = Locate("runc");
    internal string? IpTables { get; } = Locate("iptables");
    internal string? PluginDirectory { get; init; } = PluginDirectories.FirstOrDefault(directory => NeededPlugins.All(name => File.Exists(Path.Combine(directory, name))));

    /// <summary>Whether ports of the node can be forwarded to pods.</summary>
    internal bool ForwardsPorts => IpTables is not null && PluginDirectory is { } plugins && File.Exists(Path.Combine(plugins, "portmap"));

    /// <summary>What is missing to run containers, each as what to do about it.</summary>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        if (LibC.EffectiveUser() != 0)
            missing.Add("run as root");
        if (MissingPackages() is { Count: > 0 } packages)
            missing.Add($"install {string.Join(", ", packages)} (Debian: apt-get install {string.Join(' ', packages)})");
        return missing;
    }

    /// <summary>Debian's packages of the programs that are not there.</summary>
    public IReadOnlyList<string> MissingPackages()
    {
        (string Package, string? Path)[] needed = [("containerd", Containerd), ("runc", Runc), ("containernetworking-plugins", PluginDirectory)];
        return [.. needed.Where(program => program.Path is null).Select(program => program.Package)];
    }

    /// <summary>
    /// True when containers can be expected to run: nothing is missing, and the kernel lets this process make a pod's namespaces and a bridge, which
    /// root inside a container often may not.
    /// </summary>
    public bool AreUsable() => Missing().Count == 0 && HostTools.Find().Unshare is { } unshare && NamespaceProbe.Try(unshare) is null && BridgeProbe.Try() is null;

    private static string? Locate(string name) => Directories.Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
