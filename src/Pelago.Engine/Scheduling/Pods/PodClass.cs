// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Everything about a pod that decides where it may go. Pods that are equal in this share one instance, so that a node is judged once
/// for all of them. Immutable.
/// </summary>
internal sealed class PodClass
{
    private const long DefaultCpuRequest = 100;
    private const long DefaultMemoryRequest = 200L * 1024 * 1024;

    /// <param name="source">The selected fields as <see cref="PodReader"/> collected them.</param>
    public PodClass(JsonObject source, ResourceNames names)
    {
        Namespace = source.String("namespace") ?? "";
        Labels = ReadLabels(source.Object("labels"));
        ControllerUid = source.String("controller");
        Priority = (int)(source.Integer("priority") ?? 0);
        NeverPreempts = source.String("preemptionPolicy") == "Never";
        (Requests, long defaultedCpu, long defaultedMemory) = PodRequests.Of(source, names);
        ScoredCpu = ResourceAmounts.Get(Requests, ResourceNames.Cpu) + (defaultedCpu * DefaultCpuRequest);
        ScoredMemory = ResourceAmounts.Get(Requests, ResourceNames.Memory) + (defaultedMemory * DefaultMemoryRequest);
        HostPorts = ReadHostPorts(source);
        if (source.String("hostPorts") is { } asked)
        {
            PortRequests = HostPortRequests.TryParse(asked, out HostPortRequests? requests, out string? problem) ? requests : null;
            PortProblem = problem;
        }
        Tolerations = [.. (source.Array("tolerations") ?? []).OfType<JsonObject>().Select(Toleration.Read)];
        NodeSelector = [.. (source.Object("nodeSelector") ?? []).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.ToString() ?? ""))];
        JsonObject? affinity = source.Object("affinity");
        JsonObject? nodeAffinity = affinity?.Object("nodeAffinity");
        if (nodeAffinity?.Object("requiredDuringSchedulingIgnoredDuringExecution") is { } required)
            RequiredNodeTerms = NodeSelectorTerm.ReadTerms(required);
        PreferredNodeTerms =
        [
            .. (nodeAffinity?.Array("preferredDuringSchedulingIgnoredDuringExecution") ?? []).OfType<JsonObject>()
                .Select(json => ((int)(json.Integer("weight") ?? 0), NodeSelectorTerm.Read(json.Object("preference") ?? []))),
        ];
        RequiredAffinity = PodAffinityTerm.ReadRequired(affinity?.Object("podAffinity"), Namespace);
        PreferredAffinity = PodAffinityTerm.ReadPreferred(affinity?.Object("podAffinity"), Namespace);
        RequiredAntiAffinity = PodAffinityTerm.ReadRequired(affinity?.Object("podAntiAffinity"), Namespace);
        PreferredAntiAffinity = PodAffinityTerm.ReadPreferred(affinity?.Object("podAntiAffinity"), Namespace);
        Spread = SpreadConstraint.Read(source.Array("topologySpreadConstraints"), Namespace, Labels);
        Claims = Strings(source.Array("claims"));
        if (source.Object("ephemeral") is { } ephemeral)
            Ephemeral = new OwnedClaims(ephemeral.String("pod") ?? "", ephemeral.String("uid") ?? "", Strings(ephemeral.Array("claims")));
    }

    public string Namespace { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The uid of the controller that made it; null for a bare pod. Pods of one controller are spread.</summary>
    public string? ControllerUid { get; }
    public int Priority { get; }
    public bool NeverPreempts { get; }
    public long[] Requests { get; }

    /// <summary>Millicores and bytes for the score: containers that ask for nothing count as 100m and 200Mi, so that they, too, are spread.</summary>
    public long ScoredCpu { get; }
    public long ScoredMemory { get; }
    public HostPort[] HostPorts { get; }

    /// <summary>Ports of the node that it wants to be given; null: none.</summary>
    public HostPortRequests? PortRequests { get; }

    /// <summary>Why the request for ports cannot be read, where the API server let it pass; null: it can, or there is none.</summary>
    public string? PortProblem { get; }
    public Toleration[] Tolerations { get; }
    public KeyValuePair<string, string>[] NodeSelector { get; }

    /// <summary>Null: any node. Empty: none.</summary>
    public NodeSelectorTerm[]? RequiredNodeTerms { get; }
    public (int Weight, NodeSelectorTerm Term)[] PreferredNodeTerms { get; }
    public PodAffinityTerm[] RequiredAffinity { get; }
    public PodAffinityTerm[] PreferredAffinity { get; }
    public PodAffinityTerm[] RequiredAntiAffinity { get; }
    public PodAffinityTerm[] PreferredAntiAffinity { get; }
    public SpreadConstraint[] Spread { get; }

    /// <summary>The PersistentVolumeClaims it mounts, by name; for an ephemeral volume the name that its claim will have follows the pod's, so such pods are a class each.</summary>
    public string[] Claims { get; }

    /// <summary>Those of the claims that are to be made for this very pod; null: none. Somebody else's of the same name is not mounted.</summary>
    public OwnedClaims? Ephemeral { get; }

    /// <summary>Other pods have to look at where this one lies.</summary>
    public bool HasAffinityTerms => RequiredAffinity.Length + PreferredAffinity.Length + RequiredAntiAffinity.Length + PreferredAntiAffinity.Length > 0;

    public bool MatchesNode(NodeView node)
    {
        foreach ((string key, string value) in NodeSelector)
        {
            if (node.Label(key) != value)
                return false;
        }

        return RequiredNodeTerms is null || Array.Exists(RequiredNodeTerms, term => term.Matches(node));
    }

    public bool Tolerates(Taint taint) => Array.Exists(Tolerations, toleration => toleration.Tolerates(taint));

    private static string[] Strings(JsonArray? list) => [.. (list ?? []).Select(item => item?.ToString() ?? "")];

    private static Dictionary<string, string> ReadLabels(JsonObject? json)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in json ?? [])
            labels[key] = value?.ToString() ?? "";
        return labels;
    }

    private static HostPort[] ReadHostPorts(JsonObject source)
    {
        var ports = new List<HostPort>();
        foreach (JsonObject container in PodRequests.Containers(source, "containers").Concat(PodRequests.Sidecars(source)))
        {
            foreach (JsonObject port in (container.Array("ports") ?? []).OfType<JsonObject>())
            {
                if (port.Integer("hostPort") is > 0 and { } number)
                    ports.Add(new HostPort(port.String("hostIP") ?? "", port.String("protocol") ?? "TCP", (int)number));
            }
        }

        return [.. ports.Distinct()];
    }
}
