// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class CreateTests(EngineFixture engine)
{
    [Fact]
    public async Task A_created_object_has_the_metadata_of_the_server()
    {
        string ns = await engine.NamespaceAsync();

        Answer answer = await engine.SendAsync("POST", $"/api/v1/namespaces/{ns}/configmaps", """
            {"metadata":{"name":"a","uid":"mine","generation":7,"deletionTimestamp":"2020-01-01T00:00:00Z"},"data":{"k":"v"}}
            """);

        var created = new KubeObject(answer.Json);
        Assert.Equal(201, answer.Code);
        Assert.Equal(("v1", "ConfigMap", ns), (created.ApiVersion, created.Kind, created.Namespace));
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", created.Uid);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", created.Metadata.String("creationTimestamp"));
        Assert.Matches("^[1-9][0-9]*$", created.ResourceVersion);
        Assert.False(created.IsDeleting);
    }

    [Fact]
    public async Task A_second_object_of_the_name_is_refused()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        await engine.CreateAsync(path, """{"metadata":{"name":"a"}}""");

        Answer again = await engine.SendAsync("POST", path, """{"metadata":{"name":"a"}}""");

        Assert.Equal((409, "AlreadyExists", "configmaps \"a\" already exists"), (again.Code, again.Reason, again.Message));
    }

    [Fact]
    public async Task A_generated_name_is_the_prefix_and_five_characters()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        var created = new KubeObject(await engine.CreateAsync(path, """{"metadata":{"generateName":"web-"}}"""));
        var cut = new KubeObject(await engine.CreateAsync(path, $$$"""{"metadata":{"generateName":"{{{new string('x', 70)}}}"}}"""));

        Assert.Matches("^web-[bcdfghjklmnpqrstvwxz2456789]{5}$", created.Name);
        Assert.Equal("web-", created.GenerateName);
        Assert.Equal(63, cut.Name.Length);
    }

    [Fact]
    public async Task A_resourceVersion_in_a_create_is_refused()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer answer = await engine.SendAsync("POST", path, """{"metadata":{"name":"a","resourceVersion":"4"}}""");

        Assert.Equal((500, "resourceVersion should not be set on objects to be created"), (answer.Code, answer.Message));
    }

    [Theory]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}""", "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [InlineData("""{"metadata":{"name":"a","namespace":"elsewhere"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    public async Task A_body_for_another_place_is_refused(string body, string message)
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer answer = await engine.SendAsync("POST", path, body);

        Assert.Equal((400, "BadRequest", message), (answer.Code, answer.Reason, answer.Message));
    }

    [Fact]
    public async Task A_body_that_is_no_json_says_what_was_expected()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer answer = await engine.SendAsync("POST", path, "{\"metadata\":");

        Assert.Equal(400, answer.Code);
        Assert.Matches(new Regex("^the object provided is unrecognized \\(must be of type ConfigMap\\): couldn't get version/kind; json parse error: "), answer.Message);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task A_body_that_is_nested_too_deep_is_called_that(int depth)
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        string body = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

        Answer answer = await engine.SendAsync("POST", path, body);

        Assert.Equal(400, answer.Code);
        Assert.Contains("couldn't get version/kind; json parse error: invalid character '{' exceeded max depth of 100 levels (", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bad_Name", "metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("", "metadata.name: Required value: name or generateName is required")]
    public async Task A_bad_name_is_invalid(string name, string message)
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer answer = await engine.SendAsync("POST", path, $$$"""{"metadata":{"name":"{{{name}}}"}}""");

        Assert.Equal((422, "Invalid"), (answer.Code, answer.Reason));
        Assert.StartsWith($"ConfigMap \"{name}\" is invalid: {message}", answer.Message, StringComparison.Ordinal);
        Assert.Equal("metadata.name", answer.Json.At("details", "causes")![0]!["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_dry_run_answers_as_a_create_and_stores_nothing()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer dry = await engine.SendAsync("POST", path + "?dryRun=All", """{"metadata":{"name":"a"}}""");
        Answer get = await engine.GetAsync(path + "/a");

        Assert.Equal((201, 404), (dry.Code, get.Code));
        Assert.NotEqual("", new KubeObject(dry.Json).Uid);
        Assert.Equal("", dry.ResourceVersion);
    }

    [Fact]
    public async Task A_body_past_the_limit_is_too_large()
    {
        string path = $"/apis/apps/v1/namespaces/{await engine.NamespaceAsync()}/controllerrevisions";
        string large = $$$"""{"metadata":{"name":"a"},"revision":1,"data":{"k":"{{{new string('x', 2 * 1024 * 1024)}}}"}}""";
        string tooLarge = $$$"""{"metadata":{"name":"a"},"revision":1,"data":{"k":"{{{new string('x', 4 * 1024 * 1024)}}}"}}""";

        Answer objectLimit = await engine.SendAsync("POST", path, large);
        Answer bodyLimit = await engine.SendAsync("POST", path, tooLarge);

        Assert.Equal((413, "RequestEntityTooLarge"), (objectLimit.Code, objectLimit.Reason));
        Assert.Equal((413, "RequestEntityTooLarge"), (bodyLimit.Code, bodyLimit.Reason));
    }
}
