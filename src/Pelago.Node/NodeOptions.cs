// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Node;

/// <summary>What a node is told at its start.</summary>
public sealed record NodeOptions
{
    /// <summary>The Node object's name; a DNS subdomain.</summary>
    public required string Name { get; init; }

    /// <summary>State of this node: pods, logs, volumes. Kept across restarts.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>The network that this node's pods get addresses from, on the pod bridge.</summary>
    public required Cidr4 PodNetwork { get; init; }

    /// <summary>All pod networks of the cluster on this machine.</summary>
    public required Cidr4 ClusterNetwork { get; init; }

    /// <summary>The same for pods that share the host's network: inside 127.0.0.0/8.</summary>
    public required Cidr4 LoopbackNetwork { get; init; }

    /// <summary>The cluster's service addresses, which pods with a network of their own find on the bridge; null: there are none.</summary>
    public Cidr4? ServiceNetwork { get; init; }

    /// <summary>The bridge of the cluster on this machine; at most 15 characters.</summary>
    public string BridgeName { get; init; } = "pelago0";

    /// <summary>Where the node is reached, and what pods on the host's network have as their address.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port of the node's HTTPS API; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>The node API's certificate with its key; null: the node serves no API.</summary>
    public Func<X509Certificate2>? ServingCertificate { get; init; }

    /// <summary>Authorities whose client certificates the node API accepts.</summary>
    public X509Certificate2Collection ClientAuthorities { get; init; } = [];

    /// <summary>A name server for pods; null when there is none.</summary>
    public IPEndPoint? ClusterDns { get; init; }
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Directories that containers with a root of their own must not see: the home with its keys. The root directory is always among them.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>What runs the pods.</summary>
    public NodeRuntime Runtime { get; init; }

    /// <summary>Own namespaces for pods; null: when this machine allows it.</summary>
    public bool? Namespaces { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<V1Taint> Taints { get; init; } = [];

    /// <summary>Variables for every container, such as KUBERNETES_SERVICE_HOST where the API server is not reached by its service.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PodVariables { get; init; } = [];

    /// <summary>Ports of the host that pods may be given; those that the kernel gives to clients are left out. Nodes of one machine have windows of their own.</summary>
    public PortRange PortWindow { get; init; } = NodePortReport.DefaultWindow;

    public int MaxPods { get; init; } = 110;

    /// <summary>How many processes and threads one pod may have; 0: as many as it likes (kubelet's podPidsLimit).</summary>
    public long PodProcessLimit { get; init; } = 4096;

    public ImageCollectionOptions ImageCollection { get; init; } = new();

    /// <summary>Told of every container that has ended before it is removed; null: nobody keeps them.</summary>
    public IRunRecorder? Runs { get; init; }

    public const string DefaultVersion = KubernetesVersion.Served;

    /// <summary>What the node says of the software in nodeInfo.kubeletVersion.</summary>
    public string Version { get; init; } = DefaultVersion;
}

/// <summary>What runs the pods of a node.</summary>
public enum NodeRuntime
{
    /// <summary>Processes from the host's own files; an image is only a label.</summary>
    Process,

    /// <summary>Containers from images, in a containerd of the node's own. Needs root.</summary>
    Containerd,
}
