// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pelago.Kube;

namespace Pelago.Cli.Ports;

/// <summary>The ports of one node as <c>pelago ports</c> shows them.</summary>
/// <param name="Window">Where pods get ports from.</param>
/// <param name="Used">How many its pods have.</param>
/// <param name="Busy">Where somebody listens who was not given the port.</param>
/// <param name="Fragments">Into how many runs the free ones are divided.</param>
/// <param name="LargestFreeRun">How many neighbours one pod can get at most.</param>
internal sealed record NodePortsView(
    string Cluster, string Node, string Window, int Free, int Used, string Busy, int Fragments, int LargestFreeRun, IReadOnlyList<PodPortsView> Pods)
{
    [JsonIgnore]
    public PortRanges BusyPorts { get; private init; } = PortRanges.Empty;

    /// <summary>Which machine the node says that it is on, so that its processes can be looked for where they are.</summary>
    [JsonIgnore]
    public (string MachineId, string BootId) Machine { get; private init; }

    public static NodePortsView Of(string cluster, KubeObject node, IEnumerable<KubeObject> podsOfNode)
    {
        NodePortReport report = NodePortReport.Read(node.Annotations?.String(NodePortReport.WindowAnnotation), node.Annotations?.String(NodePortReport.BusyAnnotation));
        List<PodPortsView> pods = [];
        PortRanges used = PortRanges.Empty;
        foreach (KubeObject pod in podsOfNode.Where(pod => pod.Status?.String("phase") is not ("Succeeded" or "Failed")))
        {
            PortRanges ofPod = Declared(pod);
            string given = pod.Annotations?.String(HostPortAllocation.Annotation) ?? "";
            if (HostPortAllocation.TryParse(given, out HostPortAllocation? allocation))
                ofPod = ofPod.Union(allocation.Ports);
            if (ofPod.IsEmpty)
                continue;
            used = used.Union(ofPod);
            pods.Add(new PodPortsView(pod.Namespace, pod.Name, allocation?.ToString() ?? ofPod.ToString()));
        }

        PortSet free = report.ToFree();
        free.ExceptWith(used);
        PortRanges offered = report.Window;
        int inWindow = used.Except(PortRanges.Of(PortRange.All).Except(offered)).Count;
        JsonObject? info = node.Status?.Object("nodeInfo");
        return new NodePortsView(cluster, node.Name, offered.ToString(), free.Count, inWindow, report.Busy.ToString(), free.Runs, free.LargestRun, pods)
        {
            BusyPorts = report.Busy, Machine = (info?.String("machineID") ?? "", info?.String("bootID") ?? ""),
        };
    }

    private static PortRanges Declared(KubeObject pod) => PortRanges.Of([.. new[] { "containers", "initContainers" }
        .SelectMany(list => (pod.Spec?.Array(list) ?? []).OfType<JsonObject>())
        .SelectMany(container => (container.Array("ports") ?? []).OfType<JsonObject>())
        .Select(port => port.Integer("hostPort") ?? 0).Where(port => port is > 0 and <= PortRange.MaxPort).Select(port => new PortRange((int)port, (int)port))]);
}

/// <summary>The ports of a node that one pod has.</summary>
internal sealed record PodPortsView(string Namespace, string Pod, string Ports);

/// <summary>What <c>pelago ports -o json</c> prints.</summary>
internal sealed record NodePortsViews(IReadOnlyList<NodePortsView> Items);
