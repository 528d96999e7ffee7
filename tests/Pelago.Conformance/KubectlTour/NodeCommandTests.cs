// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>Commands for whoever keeps the nodes. They work on the last node, one at a time, so that the pods of other tests have one to go to.</summary>
public sealed class NodeCommandTests(TestCluster cluster) : KubectlTest(cluster)
{
    private static readonly SemaphoreSlim OneAtATime = new(1);
    private const string Spread = """ "strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}, """;

    public override async ValueTask InitializeAsync()
    {
        await OneAtATime.WaitAsync(Cancel);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        OneAtATime.Release();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Cordon_keeps_new_pods_away_and_uncordon_lets_them_in(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string node = await LastNodeAsync(kubectl);
        await kubectl.RunAsync("cordon", node);
        try
        {
            Assert.Matches($@"(?m)^{node} +Ready,SchedulingDisabled ", (await kubectl.RunAsync("get", "nodes")).Output);
            await kubectl.PipeAsync(PodOn(node, "kept-away"), "create", "-f", "-");
            await Until(async () => (await kubectl.RunAsync("describe", "pod", "kept-away")).Output.Contains("FailedScheduling", StringComparison.Ordinal), "the scheduler says why the pod waits");
            string why = "";
            // The event is recorded before the status is written.
            await Until(
                async () => (why = (await kubectl.RunAsync("get", "pod", "kept-away", "-o", "jsonpath={.status.conditions[?(@.type==\"PodScheduled\")].message}")).Output).Length > 0,
                "the status says why, too");
            Assert.Contains("were unschedulable", why, StringComparison.Ordinal);
        }
        finally
        {
            await kubectl.RunAsync("uncordon", node);
        }

        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/kept-away", "--timeout=60s");
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Drain_moves_pods_as_fast_as_their_disruption_budget_allows(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string node = await LastNodeAsync(kubectl);
        // A drain looks into every namespace, and pods of other tests are called web.
        string app = $"web-{Namespace}";
        await kubectl.PipeAsync(ShellDeployment(app, 2, SleepForever, Spread).Replace("\"spec\":{\"terminationGracePeriodSeconds\"", $$"""
            "spec":{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
              {"weight":100,"preference":{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["{{node}}"]}]} }]} },
             "terminationGracePeriodSeconds"
            """, StringComparison.Ordinal), "apply", "-f", "-");
        await kubectl.RunAsync("rollout", "status", $"deployment/{app}", "--timeout=60s");
        await kubectl.PipeAsync(
            $$"""{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"{{app}}"} } } }""", "create", "-f", "-");
        Assert.NotEqual("", await PodsOnAsync(kubectl, app, node));
        try
        {
            KubectlResult drained = await kubectl.RunAsync("drain", node, $"--pod-selector=app={app}", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=90s");

            Assert.Contains("evicting pod", drained.Error + drained.Output, StringComparison.Ordinal);
            Assert.Contains($"{node} {(KubectlVersions.IsBefore(version, 21) ? "evicted" : "drained")}", drained.Output, StringComparison.Ordinal);
            Assert.Equal("", await PodsOnAsync(kubectl, app, node));
        }
        finally
        {
            await kubectl.RunAsync("uncordon", node);
        }

        await kubectl.RunAsync("rollout", "status", $"deployment/{app}", "--timeout=60s");
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Taint_evicts_what_does_not_tolerate_it(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string node = await LastNodeAsync(kubectl);
        string mark = $"example.test/{Namespace}";
        await kubectl.PipeAsync(PodOn(node, "staying", mark), "create", "-f", "-");
        await kubectl.PipeAsync(PodOn(node, "leaving"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/staying", "pod/leaving", "--timeout=60s");
        await kubectl.RunAsync("taint", "node", node, $"{mark}=yes:NoExecute");
        try
        {
            await WaitForDeleteAsync(kubectl, version, "pod/leaving", "--timeout=60s");
            Assert.Equal("Running", (await kubectl.RunAsync("get", "pod", "staying", "-o", "jsonpath={.status.phase}")).Output);
        }
        finally
        {
            await kubectl.RunAsync("taint", "node", node, $"{mark}-");
        }
    }

    /// <summary>A pod that only the node takes; tolerating a taint when asked to.</summary>
    private string PodOn(string node, string name, string? tolerated = null)
    {
        string tolerations = tolerated is null ? "[]" : $$"""[{"key":"{{tolerated}}","operator":"Exists"}]""";
        return ShellPod(name, SleepForever, tolerations: tolerations).Replace("\"spec\":{", $$$"""
            "spec":{"nodeSelector":{"kubernetes.io/hostname":"{{{node}}}"},
            """, StringComparison.Ordinal);
    }

    private static async Task<string> LastNodeAsync(Kubectl kubectl)
    {
        string[] nodes = (await kubectl.RunAsync("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")).Output.Split(' ');
        TestCluster.NotOn(nodes.Length < 2, "taking a node out of service needs a second node");
        return nodes[^1];
    }

    private static async Task<string> PodsOnAsync(Kubectl kubectl, string app, string node) =>
        (await kubectl.RunAsync("get", "pods", "-l", $"app={app}", "--field-selector", $"spec.nodeName={node}", "-o", "name")).Output;
}
