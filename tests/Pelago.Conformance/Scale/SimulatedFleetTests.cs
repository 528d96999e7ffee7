// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Scale;

/// <summary>A cluster of many nodes that run no process, in one daemon.</summary>
public sealed class SimulatedFleetTests
{
    private const int Nodes = 50;
    private const int Replicas = 300;

    [Fact]
    public async Task Deployment_of_hundreds_is_ready_over_many_nodes_and_outlives_the_daemon()
    {
        await using OwnDaemon daemon = await OwnDaemon.StartAsync("--simulated", "--nodes", $"{Nodes}");
        using var api = new RawApi(daemon.Kubeconfig);

        (await api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Deployment())).Expect(201);
        await Waiting.UntilAsync(async () => await ReadyAsync(api) == Replicas, $"{Replicas} replicas are ready");

        Dictionary<string, JsonObject> before = await PodsAsync(api);
        List<string> nodes = [.. before.Values.Select(pod => pod["spec"]!["nodeName"]!.GetValue<string>())];
        Assert.Equal(Nodes, nodes.Distinct().Count());
        Assert.All(nodes.GroupBy(node => node), node => Assert.InRange(node.Count(), 1, 3 * Replicas / Nodes));
        Assert.Equal(Replicas, before.Values.Select(pod => pod["status"]!["podIP"]!.GetValue<string>()).Distinct().Count());

        await daemon.KillAsync();
        await daemon.StartAgainAsync();
        (await api.PatchAsync("/apis/apps/v1/namespaces/default/deployments/fleet", "merge-patch+json", $$$"""{"spec":{"replicas":{{{Replicas + 50}}}}}""")).Expect(200);
        await Waiting.UntilAsync(async () => await ReadyAsync(api) == Replicas + 50, "the new replicas are ready beside the old");

        Dictionary<string, JsonObject> after = await PodsAsync(api);
        Assert.All(before, pod => Assert.Equal(ContainerOf(pod.Value), ContainerOf(after[pod.Key])));
        Assert.Equal(Replicas + 50, after.Values.Select(pod => pod["status"]!["podIP"]!.GetValue<string>()).Distinct().Count());
    }

    private static string Deployment() => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"fleet"},"spec":{"replicas":{{{Replicas}}},"selector":{"matchLabels":{"app":"fleet"}},
         "template":{"metadata":{"labels":{"app":"fleet"},"annotations":{"simulation.pelago.dev/start-seconds":"0-0.5"}},
          "spec":{"containers":[{"name":"main","image":"any"}]} } } }
        """;

    private static async Task<int> ReadyAsync(RawApi api) =>
        (await api.GetAsync("/apis/apps/v1/namespaces/default/deployments/fleet")).Expect(200).Json["status"]?["readyReplicas"]?.GetValue<int>() ?? 0;

    private static async Task<Dictionary<string, JsonObject>> PodsAsync(RawApi api) =>
        (await api.GetAsync("/api/v1/namespaces/default/pods")).Expect(200).Json["items"]!.AsArray()
            .ToDictionary(pod => pod!["metadata"]!["name"]!.GetValue<string>(), pod => pod!.AsObject());

    private static string ContainerOf(JsonObject pod) => pod["status"]!["containerStatuses"]!.ToJsonString();
}
