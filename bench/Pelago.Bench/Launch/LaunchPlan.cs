// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Bench.Launch;

/// <summary>How many pods, on how many simulated nodes, of how many Deployments, with how many host ports each.</summary>
internal sealed record LaunchPlan(int Pods, int Nodes, int Workloads, int Ports)
{
    /// <summary>Room on each node beyond its share of the pods: a scheduler spreads, it does not deal out evenly.</summary>
    private const double Slack = 1.25;

    public static LaunchPlan Of(BenchOptions options)
    {
        int Number(string name, int usual) => options.Extra.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
        return new LaunchPlan(Number("pods", 50_000), Number("nodes", 1_000), Number("workloads", 4), Number("ports", 0));
    }

    /// <summary>The cluster's <c>simulation.json</c>: containers start at once, so that only the pipeline is measured.</summary>
    public string Simulation
    {
        get
        {
            int each = (int)Math.Ceiling(Pods * Slack / Nodes) + 10;
            return $$"""
                {"node":{"cpu":"{{each}}","memory":"{{each}}Gi","pods":{{each}} },"stages":{"startSeconds":0} }
                """;
        }
    }

    public static string Name(int workload) => $"launch-{workload}";

    public int Replicas(int workload) => Pods / Workloads + (workload < Pods % Workloads ? 1 : 0);

    public byte[] Deployment(int workload)
    {
        string ports = Ports == 0 ? "" : $$""","annotations":{"ports.pelago.dev/host":"{{string.Join(", ", Enumerable.Range(0, Ports).Select(port => $"p{port}=auto"))}}" }""";
        return Encoding.UTF8.GetBytes($$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{Name(workload)}}}"},
             "spec":{"replicas":{{{Replicas(workload)}}},"progressDeadlineSeconds":3600,"selector":{"matchLabels":{"app":"{{{Name(workload)}}}"}},
              "template":{"metadata":{"labels":{"app":"{{{Name(workload)}}}"}{{{ports}}} },
               "spec":{"terminationGracePeriodSeconds":1,"automountServiceAccountToken":false,
                "containers":[{"name":"main","image":"registry.invalid/sleep:1","command":["sleep","infinity"],"resources":{"requests":{"cpu":"10m","memory":"1Mi"} }}] } } } }
            """);
    }
}
