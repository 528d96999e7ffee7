// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.CustomResources;
using Pelago.Engine.Tests.Server;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

/// <summary>JSON that is no object where a document is asked for: null says nothing, as {} does. The words are those of kube-apiserver 1.20.</summary>
public class NullBodyTests(EngineFixture engine)
{
    private const string Identity = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

    [Theory]
    [InlineData("null")]
    [InlineData(" null\n")]
    [InlineData("{}")]
    public async Task A_create_of_null_lacks_what_every_object_needs(string body)
    {
        string core = await CoreAsync();

        Answer map = await engine.SendAsync("POST", core + "/configmaps", body);
        Answer ns = await engine.SendAsync("POST", "/api/v1/namespaces", body);

        Assert.Equal((422, "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"), (map.Code, map.Message));
        Assert.Equal((422, "Namespace \"\" is invalid: metadata.name: Required value: name or generateName is required"), (ns.Code, ns.Message));
    }

    [Theory]
    [InlineData("[]", "array", "5b5d")]
    [InlineData("3", "number", "33")]
    [InlineData("\"x\"", "string", "227822")]
    [InlineData("true", "bool", "74727565")]
    public async Task Another_value_is_called_what_it_is(string body, string type, string shown)
    {
        string core = await CoreAsync();
        await engine.CreateAsync(core + "/configmaps", """{"metadata":{"name":"x"}}""");
        string words = $"json parse error: json: cannot unmarshal {type} into Go value of type {Identity}";

        foreach ((string method, string path) in new[] { ("POST", "/configmaps"), ("PUT", "/configmaps/x") })
        {
            Answer answer = await engine.SendAsync(method, core + path, body);
            Assert.Equal((400, $"the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; {words} ({shown})"), (answer.Code, answer.Message));
        }

        Answer delete = await engine.SendAsync("DELETE", core + "/configmaps/x", body);
        Answer apply = await engine.SendAsync("PATCH", core + "/configmaps/x?fieldManager=t", body, "application/apply-patch+yaml");

        Assert.Equal((400, $"couldn't get version/kind; {words}"), (delete.Code, delete.Message));
        Assert.Equal(
            (400, $"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {type} into Go value of type map[string]interface {{}}"), (apply.Code, apply.Message));
    }

    [Fact]
    public async Task An_update_with_null_has_no_name()
    {
        string core = await CoreAsync();
        await engine.CreateAsync(core + "/configmaps", """{"metadata":{"name":"x"}}""");

        Answer answer = await engine.SendAsync("PUT", core + "/configmaps/x", "null");

        Assert.Equal((400, "the name of the object (x based on URL) was undeterminable: name must be provided"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Patches_of_null_change_nothing_where_upstream_takes_them()
    {
        string core = await CoreAsync();
        string version = (await engine.CreateAsync(core + "/configmaps", """{"metadata":{"name":"x"}}"""))["metadata"]!["resourceVersion"]!.ToString();

        Answer json = await engine.SendAsync("PATCH", core + "/configmaps/x", "null", "application/json-patch+json");
        Answer strategic = await engine.SendAsync("PATCH", core + "/configmaps/x", "null", "application/strategic-merge-patch+json");
        Answer merge = await engine.SendAsync("PATCH", core + "/configmaps/x", "null", "application/merge-patch+json");
        Answer apply = await engine.SendAsync("PATCH", core + "/configmaps/x?fieldManager=t", "null", "application/apply-patch+yaml");
        Answer empty = await engine.SendAsync("PATCH", core + "/configmaps/x?fieldManager=t", "{}", "application/apply-patch+yaml");

        Assert.Equal((200, version, 200, version), (json.Code, json.ResourceVersion, strategic.Code, strategic.ResourceVersion));
        Assert.Equal("Invalid JSON Patch", merge.Message);
        Assert.Equal((400, empty.Message), (apply.Code, apply.Message));
    }

    [Fact]
    public async Task A_delete_with_null_has_no_options()
    {
        string core = await CoreAsync();
        await engine.CreateAsync(core + "/configmaps", """{"metadata":{"name":"x"}}""");

        Assert.Equal(200, (await engine.SendAsync("DELETE", core + "/configmaps/x", "null")).Code);
    }

    [Fact]
    public async Task A_custom_object_that_is_null_has_no_kind()
    {
        await new CustomResourceClient(engine).EstablishAsync(CustomResourceClient.Definition("null.example", "Blank", """{"type":"object","x-kubernetes-preserve-unknown-fields":true}"""));

        Answer answer = await engine.SendAsync("POST", $"/apis/null.example/v1/namespaces/{await engine.NamespaceAsync()}/blanks", "null");

        Assert.Equal((400, "Blank in version \"v1\" cannot be handled as a Blank: Object 'Kind' is missing in 'null'"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task What_is_answered_at_once_takes_null_for_an_empty_question()
    {
        Answer eviction = await engine.SendAsync("POST", await CoreAsync() + "/pods/x/eviction", "null");

        Assert.Equal((404, "pods \"x\" not found"), (eviction.Code, eviction.Message));
    }

    private async Task<string> CoreAsync() => $"/api/v1/namespaces/{await engine.NamespaceAsync()}";
}
