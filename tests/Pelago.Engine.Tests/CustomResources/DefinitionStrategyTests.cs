// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using Answer = Pelago.Engine.Tests.Server.EngineFixture.Answer;

namespace Pelago.Engine.Tests.CustomResources;

/// <summary>What is accepted as a definition; fields and texts were compared with those of a kube-apiserver.</summary>
public class DefinitionStrategyTests(EngineFixture engine)
{
    private const string DryRun = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";

    [Theory]
    [InlineData("""{"metadata":{"name":"bars.x.example.com"}}""", "metadata.name: Invalid value: \"bars.x.example.com\": must be spec.names.plural+\".\"+spec.group")]
    [InlineData("""{"metadata":{"name":"foos.xx"},"spec":{"group":"xx"}}""", "spec.group: Invalid value: \"xx\": should be a domain with at least one dot")]
    [InlineData("""{"spec":{"scope":"Any"}}""", "spec.scope: Unsupported value: \"Any\": supported values: \"Cluster\", \"Namespaced\"")]
    [InlineData("""{"spec":{"names":{"listKind":"Foo"}}}""", "spec.names.listKind: Invalid value: \"Foo\": kind and listKind may not be the same")]
    [InlineData("""{"spec":{"preserveUnknownFields":true}}""",
        "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")]
    [InlineData("""{"spec":{"conversion":{"strategy":"Odd"}}}""", "spec.conversion.strategy: Unsupported value: \"Odd\": supported values: \"None\", \"Webhook\"")]
    [InlineData("""{"metadata":{"name":"foos.x.k8s.io"},"spec":{"group":"x.k8s.io"}}""",
        "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111")]
    public async Task A_wrong_definition_is_refused_with_its_fields(string change, string cause)
    {
        var definition = (JsonObject)JsonNode.Parse(CustomResourceClient.Definition("x.example.com", "Foo", """{"type":"object"}"""))!;
        Merge(definition, (JsonObject)JsonNode.Parse(change)!);

        Answer answer = await engine.SendAsync("POST", DryRun, definition.ToJsonString());

        Assert.Equal(422, answer.Code);
        Assert.Contains(cause, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","subresources":{"scale":{"specReplicasPath":".status.x","statusReplicasPath":".status.y"}}""",
        "spec.subresources.scale.specReplicasPath: Invalid value: \".status.x\": should be a json path under .spec")]
    [InlineData(""","additionalPrinterColumns":[{"name":"a","type":"text","jsonPath":".spec"}]""",
        "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string")]
    [InlineData(""","deprecationWarning":"x" """, "spec.versions[0].deprecationWarning: Invalid value: \"x\": can only be set for deprecated versions")]
    [InlineData(""","selectableFields":[{"jsonPath":".spec.none"}]""", "spec.versions[0].selectableFields[0].jsonPath: Invalid value: \".spec.none\": is an invalid path")]
    public async Task A_wrong_version_is_refused_with_its_fields(string more, string cause)
    {
        Answer answer = await engine.SendAsync("POST", DryRun, CustomResourceClient.Definition("x.example.com", "Foo", """{"type":"object"}""", more));

        Assert.Equal(422, answer.Code);
        Assert.Contains(cause, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_plural_scope_and_kind_stay_once_established()
    {
        JsonObject definition = await new CustomResourceClient(engine).EstablishAsync(
            CustomResourceClient.Definition("k.example.com", "Foo", """{"type":"object"}"""));
        definition["spec"]!["scope"] = "Cluster";
        definition["spec"]!["names"]!["kind"] = "Bar";

        Answer answer = await engine.SendAsync("PUT", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/foos.k.example.com", definition.ToJsonString());

        Assert.Equal(422, answer.Code);
        Assert.Contains("spec.scope: Invalid value: \"Cluster\": field is immutable", answer.Message, StringComparison.Ordinal);
        Assert.Contains("spec.names.kind: Invalid value: \"Bar\": field is immutable", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_was_stored_may_not_vanish()
    {
        JsonObject definition = await new CustomResourceClient(engine).EstablishAsync(
            CustomResourceClient.Definition("l.example.com", "Foo", """{"type":"object"}"""));
        definition["spec"]!["versions"]![0]!["name"] = "v2";

        Answer answer = await engine.SendAsync("PUT", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/foos.l.example.com", definition.ToJsonString());

        Assert.Equal(422, answer.Code);
        Assert.Contains("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions; v1 was previously a storage version", answer.Message, StringComparison.Ordinal);
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach ((string field, JsonNode? value) in change)
        {
            if (value is JsonObject inner && target.Object(field) is { } present)
                Merge(present, inner);
            else
                target[field] = value?.DeepClone();
        }
    }
}
