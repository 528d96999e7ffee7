// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Scheduling;

namespace Pelago.Engine.Tests.Scheduling;

/// <summary>A cluster for placement tests: nodes and pods given as documents, as they come over the wire.</summary>
internal sealed class SchedulerDocuments
{
    private readonly PodClasses _classes;
    private int _pods;

    public SchedulerDocuments(int seed = 1, TimeProvider? clock = null)
    {
        State = new ClusterState(clock ?? TimeProvider.System, portCooldown: TimeSpan.FromSeconds(30));
        _classes = new PodClasses(Names);
        Placement = new Placement(State, Names, new Random(seed));
    }

    public ResourceNames Names { get; } = new();
    public ClusterState State { get; }
    public Placement Placement { get; }

    public void Node(string name, string cpu = "4", string memory = "8Gi", string labels = "{}", string spec = "{}", int pods = 110, string annotations = "{}") => State.SetNode(NodeView.Read(
        Encoding.UTF8.GetBytes($$"""
        {"metadata":{"name":"{{name}}","uid":"node-{{name}}","labels":{{labels}},"annotations":{{annotations}} },"spec":{{spec}},
         "status":{"allocatable":{"cpu":"{{cpu}}","memory":"{{memory}}","pods":"{{pods}}","example.com/gpu":"2"} } }
        """),
        Names));

    public PodView Pod(string spec = "{}", string labels = "{}", string ns = "default", string status = "{}", string extra = "")
    {
        string name = $"pod-{++_pods}";
        string json = $$"""
            {"metadata":{"name":"{{name}}","namespace":"{{ns}}","uid":"uid-{{name}}","creationTimestamp":"2026-01-01T00:00:{{_pods % 60:00}}Z","labels":{{labels}} {{extra}} },
             "spec":{{spec}},"status":{{status}} }
            """;
        return PodReader.Read(Encoding.UTF8.GetBytes(json), _classes);
    }

    public PodView Requesting(string cpu, string memory = "0", int priority = 0) =>
        Pod($$"""{"priority":{{priority}},"containers":[{"name":"c","resources":{"requests":{"cpu":"{{cpu}}","memory":"{{memory}}"} } }]}""");

    /// <summary>Decides and, like the loop, takes the pod as placed; null when no node took it.</summary>
    public string? Place(PodView pod)
    {
        Decision decision = Placement.Decide(pod);
        if (decision.Node is { } node)
            State.SetPod(pod with { NodeName = node.Name, Ports = Placement.ChoosePorts(pod, node) }, node.Name);
        return decision.Node?.Name;
    }

    public string Refusal(PodView pod)
    {
        Decision decision = Placement.Decide(pod);
        return decision.Failure?.Message(null) ?? $"placed on {decision.Node!.Name}";
    }

    public void On(string node, PodView pod) => State.SetPod(pod with { NodeName = node }, node);
}
