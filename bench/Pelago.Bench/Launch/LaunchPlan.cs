// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Bench.Launch;

/// <summary>How many pods, on how many nodes, of how many Deployments, with how many host ports each; simulated, or a process of this machine each.</summary>
internal sealed record LaunchPlan(int Pods, int Nodes, int Workloads, int Ports, bool Processes)
{
    /// <summary>A node that runs processes takes no more than 110.</summary>
    private const int ProcessesOnNode = 100;

    /// <summary>Room on each node beyond its share of the pods: a scheduler spreads, it does not deal out evenly.</summary>
    private const double Slack = 1.25;

    public static LaunchPlan Of(BenchOptions options)
    {
        int Number(string name, int usual) => options.Extra.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
        bool processes = options.Extra.GetValueOrDefault("runtime") == "process";
        int pods = Number("pods", processes ? 1_000 : 50_000);
        int nodes = Number("nodes", processes ? (pods + ProcessesOnNode - 1) / ProcessesOnNode : 1_000);
        return new LaunchPlan(pods, nodes, Number("workloads", 4), Number("ports", 0), processes);
    }

    /// <summary>What the daemon is started with.</summary>
    public string[] Daemon => Processes ? ["--runtime", "process", "--nodes", $"{Nodes}"] : ["--simulated", "--nodes", $"{Nodes}"];

    /// <summary>How many pods a node has room for.</summary>
    private int Room => (int)Math.Ceiling(Pods * Slack / Nodes) + 10;

    /// <summary>The cluster's <c>simulation.json</c>: containers start at once, so that only the pipeline is measured.</summary>
    public string Simulation => $$"""{"node":{"cpu":"{{Room}}","memory":"{{Room}}Gi","pods":{{Room}} },"stages":{"startSeconds":0} }""";

    /// <summary>A node of the same size for a cluster that has no kubelet there.</summary>
    public byte[] Node(string name, DateTimeOffset now)
    {
        string time = now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes($$$"""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{name}}}"},
             "status":{"capacity":{"cpu":"{{{Room}}}","memory":"{{{Room}}}Gi","pods":"{{{Room}}}"},"allocatable":{"cpu":"{{{Room}}}","memory":"{{{Room}}}Gi","pods":"{{{Room}}}"},
              "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","message":"no kubelet, only this","lastHeartbeatTime":"{{{time}}}","lastTransitionTime":"{{{time}}}"}] } }
            """);
    }

    public static string Name(int workload) => $"launch-{workload}";

    public int Replicas(int workload) => Pods / Workloads + (workload < Pods % Workloads ? 1 : 0);

    public byte[] Deployment(int workload)
    {
        string ports = Ports == 0 ? "" : $$""","annotations":{"ports.pelago.dev/host":"{{string.Join(", ", Enumerable.Range(0, Ports).Select(port => $"p{port}=auto"))}}" }""";
        string host = Processes ? """ "hostNetwork":true,"hostPID":true,"hostIPC":true, """ : "";
        string privileged = Processes ? ""","securityContext":{"privileged":true}""" : "";
        return Encoding.UTF8.GetBytes($$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{Name(workload)}}}"},
             "spec":{"replicas":{{{Replicas(workload)}}},"progressDeadlineSeconds":3600,"selector":{"matchLabels":{"app":"{{{Name(workload)}}}"}},
              "template":{"metadata":{"labels":{"app":"{{{Name(workload)}}}"}{{{ports}}} },
               "spec":{"terminationGracePeriodSeconds":1,"automountServiceAccountToken":false,{{{host}}}
                "containers":[{"name":"main","image":"registry.invalid/sleep:1","command":["sleep","infinity"],"resources":{"requests":{"cpu":"10m","memory":"1Mi"} }{{{privileged}}} }] } } } }
            """);
    }
}
