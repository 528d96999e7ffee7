// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class FieldValidationTests(TestCluster cluster) : ApiTest(cluster)
{
    private const string Unknown = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","unknownMeta":1},"spec":{"unknownDupField":1,"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
    private const string Duplicate = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    private void Requires() => TestCluster.NotOn(Cluster.MinorVersion < 27, "field validation by the server is served from 1.27 on");

    [Fact]
    public async Task Strict_refuses_unknown_fields_and_lists_them()
    {
        Requires();

        RawAnswer answer = await Api.PostAsync(Path("apps/v1/deployments", query: "fieldValidation=Strict"), Unknown);

        Assert.Equal(400, answer.Code);
        Assert.Contains("strict decoding error: unknown field \"metadata.unknownMeta\", unknown field \"spec.unknownDupField\"", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_refuses_duplicate_fields()
    {
        Requires();

        RawAnswer answer = await Api.PostAsync(Path("apps/v1/deployments", query: "fieldValidation=Strict"), Duplicate);

        Assert.Equal(400, answer.Code);
        Assert.Contains("duplicate field \"spec.replicas\"", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fieldValidation=Warn")]
    public async Task Warn_is_the_default_and_says_so_in_headers(string query)
    {
        Requires();

        RawAnswer answer = (await Api.PostAsync(Path("apps/v1/deployments", query: query), Unknown)).Expect(201);

        string[] warnings = [.. answer.Headers.GetValues("Warning")];
        Assert.Contains("299 - \"unknown field \\\"spec.unknownDupField\\\"\"", warnings);
        Assert.Null(answer.Json["spec"]!["unknownDupField"]);
    }

    [Fact]
    public async Task Ignore_drops_silently()
    {
        Requires();

        RawAnswer answer = (await Api.PostAsync(Path("apps/v1/deployments", query: "fieldValidation=Ignore"), Unknown)).Expect(201);

        Assert.False(answer.Headers.Contains("Warning"));
    }

    [Theory]
    [InlineData("merge-patch+json")]
    [InlineData("strategic-merge-patch+json")]
    public async Task Strict_holds_for_patches(string type)
    {
        Requires();
        (await Api.PostAsync(Path("apps/v1/deployments", query: "fieldValidation=Ignore"), Unknown)).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("apps/v1/deployments", "d", "fieldValidation=Strict"), type, """{"spec":{"foo":"bar"}}""");

        Assert.Contains(answer.Code, new[] { 400, 422 });
        Assert.Contains("unknown field \"spec.foo\"", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_holds_for_apply()
    {
        Requires();

        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c", "fieldManager=me&fieldValidation=Strict"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"foo":"bar"}""");

        Assert.Contains(answer.Code, new[] { 400, 500 });
        Assert.Contains("foo", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_directive_is_invalid()
    {
        Requires();

        RawAnswer answer = await Api.PostAsync(Path("configmaps", query: "fieldValidation=Perhaps"), ConfigMap("c"));

        Assert.Equal(422, answer.Code);
    }
}
