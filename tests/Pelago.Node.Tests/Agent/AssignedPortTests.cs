// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>Pods that share the host's network say on which ports they are.</summary>
public sealed class AssignedPortTests : AgentFixture
{
    [Fact]
    public async Task A_pod_says_which_ports_it_was_assigned_and_listens_there()
    {
        Apply("""
            kind: Pod
            metadata: {name: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: any
                command: [/bin/sh, -c, "echo $PORT $PORT_ADMIN; exec sleep 1000"]
                ports: [{name: http, containerPort: 80}, {name: admin, containerPort: 8081}]
            """);

        JsonObject pod = (await PodAsync("web", item => Log(item).EndsWith('\n')))!;

        string annotation = pod.Object("metadata")!.Object("annotations")!.String(AssignedPorts.Annotation)!;
        int http = AssignedPorts.Find(annotation, 80), admin = AssignedPorts.Find(annotation, 8081);
        Assert.Equal($"80={http},8081={admin}", annotation);
        Assert.Contains($"{http} {admin}", Log(pod), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_declared_ports_says_nothing()
    {
        ApplyScript("plain", "exec sleep 1000");

        await PhaseAsync("plain", "Running");

        Assert.Null(Pod("plain")!.Object("metadata")!.Object("annotations"));
    }
}
