// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Where daemon pods belong, and how one for a node looks (daemon/daemon_controller.go, daemon/util).</summary>
internal static class DaemonPods
{
    public const string HashLabel = "controller-revision-hash";
    private const string GenerationLabel = "pod-template-generation";

    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"), ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"), ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    /// <summary>Whether a pod should be made on the node, and whether one that is there may stay.</summary>
    public static (bool ShouldRun, bool MayStay) Fits(V1DaemonSet set, V1Node node)
    {
        V1PodSpec spec = set.Spec.Template.Spec;
        if (spec.NodeName is { Length: > 0 } pinned && pinned != node.Metadata.Name)
            return (false, false);
        if (!NodeMatch.SelectorMatches(spec, node))
            return (false, false);
        IEnumerable<V1Toleration> tolerations = (spec.Tolerations ?? []).Concat(Added(spec));
        if (NodeMatch.Untolerated(node, tolerations, "NoExecute", "NoSchedule") is null)
            return (true, true);
        return (false, NodeMatch.Untolerated(node, tolerations, "NoExecute") is null);
    }

    /// <summary>Whose node a daemon pod is for, bound or not.</summary>
    public static string NodeOf(PodSummary pod) => pod.NodeName.Length > 0 ? pod.NodeName : pod.TargetNode;

    /// <summary>A pod that the scheduler can put on one node only.</summary>
    public static JsonObject NewPod(Owner owner, V1DaemonSet set, string node, string hash)
    {
        JsonObject pod = PodTemplates.NewPod(set.Spec.Template, owner);
        JsonObject labels = pod.ObjectOrNew("metadata").ObjectOrNew("labels");
        labels[HashLabel] = hash;
        string? generation = set.Metadata.Annotations is { } annotations && annotations.TryGetValue("deprecated.daemonset.template.generation", out string? text) ? text : null;
        labels[GenerationLabel] = generation ?? "1";
        JsonObject spec = pod.ObjectOrNew("spec");
        spec.ObjectOrNew("affinity").ObjectOrNew("nodeAffinity")["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
        {
            ["nodeSelectorTerms"] = new JsonArray(new JsonObject
            {
                ["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) }),
            }),
        };
        var tolerations = new JsonArray([.. (spec.Array("tolerations") ?? []).Select(item => item!.DeepClone())]);
        foreach (V1Toleration added in Added(set.Spec.Template.Spec))
        {
            if (!tolerations.OfType<JsonObject>().Any(item => item.String("key") == added.Key && item.String("effect") == added.Effect && item.String("operator") == "Exists"))
                tolerations.Add((JsonNode)new JsonObject { ["key"] = added.Key, ["operator"] = "Exists", ["effect"] = added.Effect });
        }
        spec["tolerations"] = tolerations;
        return pod;
    }

    /// <summary>Daemons keep nodes going, so they stay on nodes that are not well.</summary>
    private static IEnumerable<V1Toleration> Added(V1PodSpec spec)
    {
        IEnumerable<(string Key, string Effect)> all =
            spec.HostNetwork == true ? Tolerated.Append(("node.kubernetes.io/network-unavailable", "NoSchedule")) : Tolerated;
        return all.Select(pair => new V1Toleration { Key = pair.Key, OperatorProperty = "Exists", Effect = pair.Effect });
    }
}
