// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

/// <summary>fieldValidation for objects of defined kinds.</summary>
public sealed class DefinitionFieldValidationTests(TestCluster cluster) : DefinitionTest(cluster)
{
    private const string Keeping = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";
    private const string Typed = """{"type":"object","properties":{"spec":{"type":"object","properties":{"horns":{"type":"integer"} } },"inner":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true} } }""";

    [Fact]
    public async Task Kind_without_a_schema_takes_unknown_fields()
    {
        await GoatsAsync(Keeping);

        (await CreateAsync(""" "unknown":{"a":1} """)).Expect(201);
        (await ApplyAsync("other", """ "unknown":{"a":1} """)).Expect(201);
    }

    [Fact]
    public async Task Valid_object_passes_create_and_apply()
    {
        await GoatsAsync(Typed);

        (await CreateAsync(""" "spec":{"horns":2} """)).Expect(201);
        (await ApplyAsync("other", """ "spec":{"horns":2} """)).Expect(201);
    }

    [Fact]
    public async Task Extra_properties_are_refused_by_create_and_apply()
    {
        await GoatsAsync(Typed);

        RawAnswer created = await CreateAsync(""" "spec":{"horns":2,"wings":1} """);
        RawAnswer applied = await ApplyAsync("other", """ "spec":{"horns":2,"wings":1} """);

        Assert.Equal(400, created.Code);
        Assert.Contains("unknown field \"spec.wings\"", created.Message, StringComparison.Ordinal);
        Assert.Contains(applied.Code, new[] { 400, 500 });
        Assert.Contains("wings", applied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicates_are_refused_even_where_unknown_fields_are_kept()
    {
        await GoatsAsync(Keeping);

        RawAnswer created = await CreateAsync(""" "unknown":1,"spec":{"horns":1,"horns":2} """);

        Assert.Equal(400, created.Code);
        Assert.Contains("duplicate field \"spec.horns\"", created.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_metadata_is_refused_at_the_root_and_in_embedded_objects()
    {
        await GoatsAsync(Typed);

        RawAnswer answer = await Api.PostAsync(Collection("goats") + "?fieldValidation=Strict", $$$"""
            {"apiVersion":"{{{Group}}}/v1","kind":"Goat","metadata":{"name":"g","unknownMeta":1},
             "inner":{"apiVersion":"v1","kind":"Any","metadata":{"name":"i","unknownInner":1} } }
            """);

        Assert.Equal(400, answer.Code);
        Assert.Contains("unknown field \"metadata.unknownMeta\"", answer.Message, StringComparison.Ordinal);
        Assert.Contains("unknown field \"inner.metadata.unknownInner\"", answer.Message, StringComparison.Ordinal);
    }

    private async Task GoatsAsync(string schema)
    {
        TestCluster.NotOn(Cluster.MinorVersion < 27, "field validation by the server is served from 1.27 on");
        await DefineAsync("goats", "Goat", $"[{Version("v1", schema)}]");
    }

    private string Goat(string name, string rest) => $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Goat","metadata":{"name":"{{{name}}}"},{{{rest}}} }""";

    private Task<RawAnswer> CreateAsync(string rest) => Api.PostAsync(Collection("goats") + "?fieldValidation=Strict", Goat("g", rest));

    private Task<RawAnswer> ApplyAsync(string name, string rest) =>
        Api.PatchAsync($"{Collection("goats")}/{name}?fieldManager=me&fieldValidation=Strict", "apply-patch+yaml", Goat(name, rest));
}
