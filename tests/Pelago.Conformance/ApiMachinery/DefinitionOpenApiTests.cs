// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

/// <summary>What kubectl explain and validation live on: the published schemas of defined kinds, in OpenAPI v2 as every kubectl can read it.</summary>
public sealed class DefinitionOpenApiTests(TestCluster cluster) : DefinitionTest(cluster)
{
    private const string Described = """{"type":"object","description":"A goat of the mountains","properties":{"spec":{"type":"object","required":["horns"],"properties":{"horns":{"type":"integer","description":"How many horns"} } } } }""";

    // kubectl explain takes what stands before the first dot for the name and looks it up in all groups, those of other tests too.
    private readonly string _plural = "m" + Guid.NewGuid().ToString("n")[..8];

    [Fact]
    public async Task Schema_is_published_and_explained()
    {
        await DefineAsync(_plural, "Markhor", $"[{Version("v1", Described)}]");
        await PublishedAsync("v1", "Markhor");
        await ServedToKubectlAsync();

        string explained = await KubectlAsync("explain", $"{_plural}.{Group}");
        string nested = await KubectlAsync("explain", $"{_plural}.spec.horns", "--api-version", $"{Group}/v1");

        Assert.Contains("A goat of the mountains", explained, StringComparison.Ordinal);
        Assert.Contains("How many horns", nested, StringComparison.Ordinal);
        KubectlResult refused = await new Kubectl(Cluster, KubectlVersions.Preparing, Namespace).TryAsync($$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Markhor","metadata":{"name":"g"},"spec":{"horns":1,"wings":2} }""", "create", "-f", "-");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("wings", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""", """ "any":{"thing":1} """)]
    [InlineData("""{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }""", """ "spec":{"thing":1} """)]
    [InlineData("""{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true} } }""", """ "spec":{"apiVersion":"v1","kind":"Any","metadata":{"name":"inner"},"thing":1} """)]
    public async Task Kinds_that_keep_unknown_fields_take_them_from_kubectl(string schema, string rest)
    {
        await DefineAsync(_plural, "Markhor", $"[{Version("v1", schema)}]");
        await PublishedAsync("v1", "Markhor");
        await ServedToKubectlAsync();

        string document = $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Markhor","metadata":{"name":"g"},{{{rest}}} }""";
        KubectlResult made = await new Kubectl(Cluster, KubectlVersions.Preparing, Namespace).TryAsync(document, "apply", "-f", "-");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("thing", (await Api.GetAsync(Collection(_plural) + "/g")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Contains("Markhor", await KubectlAsync("explain", $"{_plural}.{Group}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_of_several_groups_are_published()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1")}]");
        await DefineAsync("goats", "Goat", $"[{Version("v1")}]", group: "other." + Group);

        await PublishedAsync("v1", "Goat");
        await PublishedAsync("v1", "Goat", "other." + Group);
    }

    [Fact]
    public async Task Kinds_and_versions_of_one_group_are_published()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1")},{Version("v2", storage: false)}]");
        await DefineAsync("sheep", "Sheep", $"[{Version("v1")}]");

        await PublishedAsync("v1", "Goat");
        await PublishedAsync("v2", "Goat");
        await PublishedAsync("v1", "Sheep");
    }

    [Fact]
    public async Task Version_that_is_no_longer_served_is_no_longer_published()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1")},{Version("v2", storage: false)}]");
        await PublishedAsync("v2", "Goat");

        (await Api.PatchAsync($"{Definitions}/goats.{Group}", "json-patch+json", """[{"op":"replace","path":"/spec/versions/1/served","value":false}]""")).Expect(200);

        await PublishedAsync("v2", "Goat", is_: false);
        await PublishedAsync("v1", "Goat");
    }

    [Fact]
    public async Task Renamed_version_is_published_under_its_new_name()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1")},{Version("v2", storage: false)}]");
        await PublishedAsync("v2", "Goat");

        (await Api.PatchAsync($"{Definitions}/goats.{Group}", "json-patch+json", """[{"op":"replace","path":"/spec/versions/1/name","value":"v3"}]""")).Expect(200);

        await PublishedAsync("v3", "Goat");
        await PublishedAsync("v2", "Goat", is_: false);
    }

    private Task PublishedAsync(string version, string kind, string? group = null, bool is_ = true) => Until(
        async () => (await Api.GetAsync("/openapi/v2", "application/json")).Expect(200).Json["definitions"]!.AsObject()
            .Any(definition => IsOf(definition.Value!, group ?? Group, version, kind)) == is_,
        $"{kind} of {version} is {(is_ ? "" : "not ")}published");

    private static bool IsOf(JsonNode definition, string group, string version, string kind) =>
        definition["x-kubernetes-group-version-kind"] is JsonArray kinds
        && kinds.Any(each => each!["group"]!.GetValue<string>() == group && each["version"]!.GetValue<string>() == version && each["kind"]!.GetValue<string>() == kind);

    /// <summary>kubectl reads the newer document where there is one, which follows a moment later.</summary>
    private Task ServedToKubectlAsync() => Cluster.MinorVersion < 27
        ? Task.CompletedTask
        : Until(async () => (await Api.GetAsync($"/openapi/v3/apis/{Group}/v1")).Code == 200, "the group version has a document");

    private async Task<string> KubectlAsync(params string[] arguments) => (await new Kubectl(Cluster, KubectlVersions.Preparing, Namespace).RunAsync(arguments)).Output;
}
