// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

/// <summary>What of a pod's spec may change while a gate keeps it from the scheduler.</summary>
public class PodUpdateTests(EngineFixture engine)
{
    private const string NodeAffinity =
        """ "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}}} """;

    private const string Terms = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

    [Fact]
    public async Task Gates_are_taken_away_and_none_is_added()
    {
        string path = await PodAsync(""","schedulingGates":[{"name":"a"},{"name":"b"}]""");

        Answer added = await PatchAsync(path, """[{"op":"add","path":"/spec/schedulingGates/-","value":{"name":"c"}}]""");
        Answer removed = await PatchAsync(path, """[{"op":"remove","path":"/spec/schedulingGates/0"}]""");

        Assert.Equal(422, added.Code);
        Assert.Contains(
            "spec.schedulingGates[2].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'", added.Message, StringComparison.Ordinal);
        Assert.Equal((200, """[{"name":"b"}]"""), (removed.Code, removed.Json.At("spec", "schedulingGates")?.ToJsonString()));
    }

    [Fact]
    public async Task The_node_selector_of_a_gated_pod_grows_and_never_shrinks()
    {
        string path = await PodAsync(""","nodeSelector":{"a":"1"},"schedulingGates":[{"name":"g"}]""");

        Answer changed = await PatchAsync(path, """[{"op":"replace","path":"/spec/nodeSelector/a","value":"2"}]""");
        Answer grown = await PatchAsync(path, """[{"op":"add","path":"/spec/nodeSelector/b","value":"2"}]""");

        Assert.Equal(422, changed.Code);
        Assert.Contains("only additions are allowed (no mutations or deletions)", changed.Message, StringComparison.Ordinal);
        Assert.Equal(200, grown.Code);
    }

    [Fact]
    public async Task The_node_selector_of_a_pod_without_gates_stays_and_no_gate_comes()
    {
        string path = await PodAsync(""","nodeSelector":{"a":"1"}""");

        Answer selector = await PatchAsync(path, """[{"op":"add","path":"/spec/nodeSelector/b","value":"2"}]""");
        Answer gate = await PatchAsync(path, """[{"op":"add","path":"/spec/schedulingGates","value":[{"name":"g"}]}]""");

        Assert.Equal((422, 422), (selector.Code, gate.Code));
    }

    [Theory]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"Exists"},{"key":"b","operator":"Exists"}]}""", 200)]
    [InlineData("""{"matchExpressions":[{"key":"b","operator":"Exists"}]}""", 422)]
    [InlineData("""{"matchExpressions":[]}""", 422)]
    public async Task A_term_of_the_node_affinity_of_a_gated_pod_gains_requirements_and_loses_none(string term, int code)
    {
        string path = await PodAsync($$$""","schedulingGates":[{"name":"g"}],{{{NodeAffinity}}}""");

        Answer changed = await PatchAsync(path, $$"""[{"op":"replace","path":"{{Terms}}/0","value":{{term}}}]""");

        Assert.Equal(code, changed.Code);
        Assert.Equal(code == 422, changed.Message.Contains("nodeSelectorTerms[0]: Invalid value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_node_affinity_of_a_gated_pod_gets_no_second_term()
    {
        string path = await PodAsync($$$""","schedulingGates":[{"name":"g"}],{{{NodeAffinity}}}""");

        Answer more = await PatchAsync(path, $$$"""[{"op":"add","path":"{{{Terms}}}/-","value":{"matchExpressions":[{"key":"b","operator":"Exists"}]}}]""");

        Assert.Equal(422, more.Code);
        Assert.Contains("no additions/deletions to non-empty NodeSelectorTerms list are allowed", more.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","schedulingGates":[{"name":"g"}]""", 200)]
    [InlineData("", 422)]
    public async Task A_node_affinity_is_given_to_a_gated_pod_only(string gates, int code)
    {
        string path = await PodAsync(gates);

        Answer given = await engine.SendAsync("PATCH", path, $$$"""{"spec":{{{{NodeAffinity}}}}}""", "application/merge-patch+json");

        Assert.Equal(code, given.Code);
    }

    [Fact]
    public async Task A_gated_pod_gets_no_affinity_to_pods()
    {
        string path = await PodAsync(""","schedulingGates":[{"name":"g"}]""");

        Answer given = await engine.SendAsync(
            "PATCH", path, """{"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{}}]}}}}""",
            "application/merge-patch+json");

        Assert.Equal(422, given.Code);
    }

    private Task<Answer> PatchAsync(string path, string patch) => engine.SendAsync("PATCH", path, patch, "application/json-patch+json");

    private async Task<string> PodAsync(string more)
    {
        string ns = await engine.NamespaceAsync();
        await engine.SendAsync("POST", $"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await engine.CreateAsync(
            $"/api/v1/namespaces/{ns}/pods", $$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]{{{more}}}}}""");
        return $"/api/v1/namespaces/{ns}/pods/p";
    }
}
