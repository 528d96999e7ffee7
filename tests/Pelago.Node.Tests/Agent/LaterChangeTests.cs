// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>What comes, or is lost, after the node or the pod began to run.</summary>
public sealed class LaterChangeTests : AgentFixture
{
    [Fact]
    public async Task A_label_that_a_running_node_is_given_counts()
    {
        await Cluster.PatchAsync(
            new ResourcePath(new GroupVersionResource("", "v1", "nodes"), "", "node-1"), PatchType.Merge, """{"metadata":{"labels":{"disk":"ssd"}}}"""u8.ToArray(),
            WriteQuery.None, Cancel);

        ApplyScript("selecting", "sleep 1000", "  nodeSelector: {disk: ssd, kubernetes.io/hostname: node-1}");
        ApplyScript("elsewhere", "sleep 1000", "  nodeSelector: {disk: tape}");

        await PhaseAsync("selecting", "Running");
        Assert.Equal("NodeAffinity", (await PhaseAsync("elsewhere", "Failed")).String("reason"));
    }

    [Fact]
    public async Task An_ephemeral_container_gets_what_only_it_refers_to()
    {
        Apply("""
            kind: ConfigMap
            metadata: {name: words}
            data: {word: kept}
            """);
        JsonObject pod = ApplyScript("web", "sleep 1000");
        await PhaseAsync("web", "Running");

        pod = Pod("web")!;
        pod.Object("spec")!["ephemeralContainers"] = JsonNode.Parse("""
            [{"name":"look","image":"x","command":["sh","-c","echo $WORD"],"env":[{"name":"WORD","valueFrom":{"configMapKeyRef":{"name":"words","key":"word"}}}]}]
            """);
        Cluster.Apply("pods", pod);

        await Eventually.TrueAsync(() => Log(pod, "look") == "kept\n", Cancel);
    }

    [Fact]
    public async Task A_debugger_of_a_container_that_does_not_run_runs_where_all_see_each_other()
    {
        JsonObject pod = ApplyScript("web", "sleep 1000");
        await PhaseAsync("web", "Running");

        pod = Pod("web")!;
        pod.Object("spec")!["ephemeralContainers"] = JsonNode.Parse("""
            [{"name":"look","image":"x","command":["echo","there"],"targetContainerName":"another"}]
            """);
        Cluster.Apply("pods", pod);

        await Eventually.TrueAsync(() => Log(pod, "look") == "there\n", Cancel);
    }

    [Fact]
    public async Task Sandboxes_of_earlier_boots_do_not_pile_up()
    {
        JsonObject pod = ApplyScript("web", "exec sleep 1000");
        await PhaseAsync("web", "Running");
        string directory = Home[$"pods/{pod.Object("metadata")!.String("uid")}"];

        for (int boot = 1; boot <= 4; boot++)
        {
            await StopAgentAsync();
            OtherBoot.Pretend(directory);
            await StartAgentAsync();
            await StateAsync("web", status => status.Boolean("ready") == true && status.Integer("restartCount") == boot);
        }

        string[] left = Directory.GetDirectories(directory, "sandbox-*");
        Assert.InRange(left.Length, 1, 3);
        Assert.Single(left, sandbox => KubeJson.ParseObject(File.ReadAllBytes(Path.Combine(sandbox, "sandbox.json"))).Boolean("Stopped") != true);
    }
}
