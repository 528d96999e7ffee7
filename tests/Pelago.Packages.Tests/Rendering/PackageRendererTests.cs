// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Rendering;
using Xunit;

namespace Pelago.Packages.Tests.Rendering;

public sealed class PackageRendererTests
{
    [Fact]
    public void Defaults_and_options_and_resources_meet_in_the_template()
    {
        RenderedPackage rendered = Render("ledger", """{"service": {"user": "nobody", "cpus": 2.0, "virtual-network": true}, "storage": {"pattern": "abc"}}""", "/books");

        Assert.Empty(rendered.Faults);
        Assert.Equal(
            """{"acceptedResourceRoles":["books","audit"],"cmd":"./ledger --kind disk --pages \"abc\"","cpus":2,"env":{"ROLES":"xx","SIZE":"1024"},"fetch":[{"uri":"https://files.example.com/ledger-1.1.tgz"}],"id":"/books","instances":2,"mem":256,"user":"nobody"}""",
            CanonicalJson.Of(Assert.Single(rendered.Objects)));
    }

    [Fact]
    public void A_kubernetes_template_prints_objects()
    {
        RenderedPackage rendered = Render("pier", """{"web": {"replicas": 3}}""", "web");

        Assert.Empty(rendered.Faults);
        Assert.Equal(["ConfigMap web", "Deployment web"], rendered.Objects.Select(json => $"{json.String("kind")} {json.Object("metadata")!.String("name")}"));
        Assert.Equal("hello: \"you\"", rendered.Objects[0].Object("data")!.String("greeting"));
        Assert.Equal("example/pier:1.0", rendered.Objects[1].At("spec", "template", "spec", "containers")![0]!["image"]!.GetValue<string>());
    }

    [Fact]
    public void Braces_in_an_option_that_is_json_are_no_template()
    {
        PackageRevision package = Package("tide") with { MarathonTemplate = """{"a": {{#asJson}}note{{/asJson}}}""" };

        RenderedPackage rendered = PackageRenderer.Render(package, new RenderRequest { Options = new JsonObject { ["note"] = """{"b": "{{port}} {{#c}}"}""" } });

        Assert.Empty(rendered.Faults);
        Assert.Equal("""{"a":{"b":"{{port}} {{#c}}"}}""", CanonicalJson.Of(rendered.Objects[0]));
    }

    [Fact]
    public void Resources_win_over_options_of_the_same_name()
    {
        PackageRevision package = Package("tide") with { Resource = (JsonObject)Json("""{"a": "theirs"}"""), MarathonTemplate = """{"a": "{{resource.a}}", "b": "{{resource.b}}"}""" };

        RenderedPackage rendered = PackageRenderer.Render(package, new RenderRequest { Options = (JsonObject)Json("""{"note": "", "resource": {"a": "mine", "b": "mine"}}""") });

        Assert.Equal("""{"a":"theirs","b":"mine"}""", CanonicalJson.Of(rendered.Objects[0]));
    }

    [Theory]
    [InlineData("tide", "{}", "the document: required: expected a field \"note\", found none; set it with --set note=VALUE")]
    [InlineData("ledger", """{"service": {"mem": 16}}""", "/service/mem: minimum: expected 32 or more, found number 16; set it with --set service.mem=32")]
    [InlineData("ledger", """{"service": {"cpus": "2"}}""", "/service/cpus: type: expected a number, found string \"2\"; set it with --set service.cpus=0.1")]
    [InlineData("ledger", """{"service": {"instances": 1.5}}""", "/service/instances: type: expected an integer, found number 1.5; set it with --set service.instances=1")]
    [InlineData("ledger", """{"service": {"roles": ["a", 1]}}""", "/service/roles/1: type: expected a string, found number 1; set it with --set service.roles='[…]'")]
    [InlineData("ledger", """{"storage": {"kind": "tape"}}""", "/storage/kind: enum: expected one of string \"memory\", string \"disk\", found string \"tape\"; set it with --set storage.kind=memory")]
    [InlineData("ledger", """{"storage": {"knid": "disk"}}""", "/storage: additionalProperties: expected only kind, size-mb, pattern, found field \"knid\"; take it out of the options")]
    [InlineData("beacon", """{"a": 1}""", "beacon 0.3.1 takes no options")]
    public void An_option_that_is_not_allowed_says_where_what_and_how_to_set_it_right(string package, string options, string expected)
    {
        RenderedPackage rendered = Render(package, options, null);

        Assert.Equal([expected], rendered.Faults);
        Assert.Empty(rendered.Objects);
    }

    [Theory]
    [InlineData("[1]", "the template prints JSON that is no object")]
    [InlineData("{\"a\": 1,}", "the template does not print JSON with these options")]
    [InlineData("{\"a\": {{missing}}}", "the template does not print JSON with these options")]
    [InlineData("{} {}", "the template does not print JSON with these options")]
    [InlineData("{{#a}}", "the template, line 1: {{#a}} is never closed")]
    public void What_prints_no_json_object_is_refused(string template, string expected)
    {
        RenderedPackage rendered = PackageRenderer.Render(Package("beacon") with { MarathonTemplate = template }, new RenderRequest());

        Assert.StartsWith(expected, Assert.Single(rendered.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_may_be_json_that_goes_into_the_template_as_it_is()
    {
        PackageRevision package = Package("tide") with { MarathonTemplate = """{"a": {{#asJson}}note{{/asJson}}, "b": {{#asJson}}port{{/asJson}}}""" };

        RenderedPackage rendered = PackageRenderer.Render(package, new RenderRequest { Options = (JsonObject)Json("""{"note": "{\"k\": [1]}"}""") });

        Assert.Equal("""{"a":{"k":[1]},"b":null}""", CanonicalJson.Of(rendered.Objects[0]));
    }

    [Theory]
    [InlineData("""{"a": {"b": 1, "l": [1]}, "c": 1}""", """{"a": {"l": [2], "d": null}, "c": {"e": 1}}""", """{"a":{"b":1,"d":null,"l":[2]},"c":{"e":1}}""")]
    [InlineData("""{"a": {"b": 1}}""", """{"a": null}""", """{"a":null}""")]
    public void Options_are_laid_over_others_object_by_object(string target, string fragment, string expected) =>
        Assert.Equal(expected, CanonicalJson.Of(OptionMerge.Merge((JsonObject)Json(target), (JsonObject)Json(fragment))));

    [Theory]
    [InlineData("""{"b":1.0,"a":[1e3,-0,1e22,0.1,1e-5,12345678901234567890]}""", """{"a":[1000,0,10000000000000000000000,0.1,1e-05,12345678901234567890],"b":1}""")]
    [InlineData("""{"\ud83d\ude00":1,"\uff5e":2,"z":"\u00e9\u0001\n\/"}""", "{\"z\":\"\u00e9\\u0001\\n/\",\"\uff5e\":2,\"\U0001F600\":1}")]
    public void Canonical_json_has_one_spelling(string json, string expected) => Assert.Equal(expected, CanonicalJson.Of(Json(json)));

    private static RenderedPackage Render(string package, string options, string? appId) =>
        PackageRenderer.Render(Package(package), new RenderRequest { Options = (JsonObject)Json(options), AppId = appId });

    private static PackageRevision Package(string name) =>
        new PackageReader().Read(RevisionFolder.In(Universe.Samples).Last(folder => folder.Name == name), [])!;

    private static JsonNode Json(string text) => KubeJson.Parse(Encoding.UTF8.GetBytes(text))!;
}
