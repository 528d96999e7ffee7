// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using Pelago.Kube;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Logs;

namespace Pelago.Node.Containerd;

/// <summary>How one node runs containers with a containerd of its own.</summary>
internal sealed record ContainerdOptions
{
    /// <summary>The state of this node's containerd: images, file systems, configuration. Kept across restarts of the machine.</summary>
    public required string Directory { get; init; }

    /// <summary>Holds one directory per pod uid; the sandbox's own files are there.</summary>
    public required string PodsDirectory { get; init; }

    /// <summary>Where pods get addresses from.</summary>
    public required Cidr4 PodNetwork { get; init; }

    /// <summary>All pod networks of the cluster, which share the bridge.</summary>
    public required Cidr4 ClusterNetwork { get; init; }

    /// <summary>Service addresses that answer on the bridge; null: none do.</summary>
    public Cidr4? ServiceNetwork { get; init; }
    public string BridgeName { get; init; } = "pelago0";

    /// <summary>How many processes and threads a pod may have; 0: as many as it likes.</summary>
    public long PodProcessLimit { get; init; } = 4096;

    public LogRotation LogRotation { get; init; } = new();
    public ArchiveLimits ArchiveLimits { get; init; } = new();

    /// <summary>How often what no event told of is looked for, and how often logs are looked at.</summary>
    public TimeSpan BetweenLists { get; init; } = TimeSpan.FromSeconds(10);

    public string ConfigFile => Path.Combine(Directory, "config.toml");
    public string LogFile => Path.Combine(Directory, "containerd.log");
    public string ProcessFile => Path.Combine(Directory, "process.json");
    public string RootDirectory => Path.Combine(Directory, "root");
    public string NetworkDirectory => Path.Combine(Directory, "cni");
    public string AddressDirectory => Path.Combine(Directory, "addresses");

    /// <summary>
    /// What must not outlive the machine's uptime, and has short paths: a Unix socket's has at most 107 bytes.
    /// </summary>
    public string RunDirectory => Path.Combine("/run/pelago", Hash(Path.GetFullPath(Directory)));
    public string StateDirectory => Path.Combine(RunDirectory, "state");
    public string StreamsDirectory => Path.Combine(RunDirectory, "io");
    public string HeldDirectory => Path.Combine(RunDirectory, "held");
    public string Socket => Path.Combine(RunDirectory, "containerd.sock");

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 8));
}
