// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>A node and what lies on it, bound or assumed. Changed by <see cref="ClusterState"/> only.</summary>
internal sealed class NodeState(int slot, string name)
{
    private long[] _requested = [];
    private NodePorts? _ports;

    /// <summary>Its place in the arrays that plans keep per node; reused after the node has gone.</summary>
    public int Slot { get; } = slot;
    public string Name { get; } = name;

    /// <summary>Null while pods name a node that is not there (yet, or any more).</summary>
    public NodeView? View { get; set; }

    /// <summary>Grows with every change to the node or its pods; a judgement made at the same version still holds.</summary>
    public long Version { get; set; }

    /// <summary>The version at the last change of <see cref="View"/>.</summary>
    public long ViewVersion { get; set; }
    public long[] Requested => _requested;
    public long ScoredCpu { get; private set; }
    public long ScoredMemory { get; private set; }

    /// <summary>By uid.</summary>
    public Dictionary<string, PodView> Pods { get; } = new(StringComparer.Ordinal);
    public List<HostPort> HostPorts { get; } = [];
    public NodePorts Ports => _ports ??= new NodePorts(this);

    /// <summary>Pods that wait for victims to leave this node; those of lower priority must not take the place.</summary>
    public List<PodView> Nominated { get; } = [];

    /// <summary>Those of <see cref="Nominated"/> that come before a pod.</summary>
    public PodView[] NominatedAhead(PodView pod) => Nominated.Count == 0
        ? []
        : [.. Nominated.Where(nominated => nominated.Uid != pod.Uid && nominated.Priority >= pod.Priority)];

    public void Add(PodView pod)
    {
        Pods.Add(pod.Uid, pod);
        Count(pod, 1);
        HostPorts.AddRange(pod.Class.HostPorts);
        _ports?.Take(pod);
    }

    public void Remove(PodView pod)
    {
        Pods.Remove(pod.Uid);
        Count(pod, -1);
        foreach (HostPort port in pod.Class.HostPorts)
            HostPorts.Remove(port);
    }

    private void Count(PodView pod, int sign)
    {
        ResourceAmounts.Add(ref _requested, pod.Class.Requests, sign);
        ScoredCpu += sign * pod.Class.ScoredCpu;
        ScoredMemory += sign * pod.Class.ScoredMemory;
    }
}
