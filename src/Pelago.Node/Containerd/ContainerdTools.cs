// SPDX-License-Identifier: Apache-2.0

using System.IO;
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
    internal string? PluginDirectory { get; } = PluginDirectories.FirstOrDefault(directory => NeededPlugins.All(name => File.Exists(Path.Combine(directory, name))));

    /// <summary>What is missing to run containers, each as what to do about it.</summary>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        if (LibC.EffectiveUser() != 0)
            missing.Add("run as root");
        if (Containerd is null || Runc is null)
            missing.Add("install containerd and runc (Debian: apt-get install containerd runc)");
        if (PluginDirectory is null)
            missing.Add("install the CNI plugins (Debian: apt-get install containernetworking-plugins)");
        return missing;
    }

    private static string? Locate(string name) => Directories.Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
