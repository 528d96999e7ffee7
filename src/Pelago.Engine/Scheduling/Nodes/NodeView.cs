// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What the scheduler needs to know of a node. Immutable.</summary>
internal sealed class NodeView
{
    private readonly Dictionary<string, string> _labels;

    private NodeView(KubeObject node, ResourceNames names)
    {
        Name = node.Name;
        Uid = node.Uid;
        ResourceVersion = node.ResourceVersion;
        _labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in node.Labels ?? [])
            _labels[key] = value?.ToString() ?? "";
        Ports = NodePortReport.Read(node.Annotations?.String(NodePortReport.WindowAnnotation), node.Annotations?.String(NodePortReport.BusyAnnotation));
        IsUnschedulable = node.Spec?.Boolean("unschedulable") ?? false;
        Taints = [.. (node.Spec?.Array("taints") ?? []).OfType<JsonObject>().Select(Taint.Read)];
        JsonObject? allocatable = node.Status?.Object("allocatable") ?? node.Status?.Object("capacity");
        Allocatable = ResourceAmounts.Read(allocatable, names);
        MaxPods = Quantity.TryParse(allocatable?["pods"]?.ToString(), out Quantity pods) ? pods.Value : 110;
    }

    public string Name { get; }
    public string Uid { get; }
    public string ResourceVersion { get; }
    public bool IsUnschedulable { get; }
    public Taint[] Taints { get; }

    /// <summary>The ports that it offers to pods.</summary>
    public NodePortReport Ports { get; }

    /// <summary>By the numbers of <see cref="ResourceNames"/>.</summary>
    public long[] Allocatable { get; }

    /// <summary>How many pods the node takes; 110 where it does not say.</summary>
    public long MaxPods { get; }

    public static NodeView Read(ReadOnlyMemory<byte> json, ResourceNames names) => new(KubeObject.Parse(json), names);

    public string? Label(string key) => _labels.GetValueOrDefault(key);

    /// <summary>True when nothing that placement looks at differs: heartbeats change nodes all the time.</summary>
    public bool SameForPlacement(NodeView other) =>
        Uid == other.Uid && IsUnschedulable == other.IsUnschedulable && MaxPods == other.MaxPods && Taints.SequenceEqual(other.Taints)
        && Allocatable.SequenceEqual(other.Allocatable) && SameLabels(other)
        && Ports.SameAs(other.Ports);

    public bool SameLabels(NodeView other) =>
        _labels.Count == other._labels.Count && _labels.All(pair => other._labels.TryGetValue(pair.Key, out string? value) && value == pair.Value);
}
