// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class ListTests(TestCluster cluster) : ApiTest(cluster)
{
    private async Task MakeAsync(int count)
    {
        for (int i = 0; i < count; i++)
            (await Api.PostAsync(Path("podtemplates"), $$$"""{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"t{{{i:d2}}}"},"template":{"spec":{"containers":[{"name":"a","image":"b"}]} } }""")).Expect(201);
    }

    private static string[] Names(JsonObject list) => [.. list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>())];

    [Fact]
    public async Task Pages_give_every_object_once_in_order_with_one_version()
    {
        await MakeAsync(17);
        var names = new List<string>();
        var versions = new HashSet<string>();
        string next = "";
        do
        {
            JsonObject page = (await Api.GetAsync(Path("podtemplates", query: "limit=5" + next))).Expect(200).Json;
            names.AddRange(Names(page));
            versions.Add(page["metadata"]!["resourceVersion"]!.GetValue<string>());
            string? token = page["metadata"]!["continue"]?.GetValue<string>();
            if (!string.IsNullOrEmpty(token))
                Assert.Equal(17 - names.Count, page["metadata"]!["remainingItemCount"]!.GetValue<int>());
            next = string.IsNullOrEmpty(token) ? "" : "&continue=" + Uri.EscapeDataString(token);
        }
        while (next.Length > 0);

        Assert.Equal(Enumerable.Range(0, 17).Select(i => $"t{i:d2}"), names);
        Assert.Single(versions);
    }

    [Fact]
    public async Task Pages_show_the_state_of_the_first_one()
    {
        await MakeAsync(6);
        JsonObject first = (await Api.GetAsync(Path("podtemplates", query: "limit=3"))).Expect(200).Json;
        await Api.DeleteAsync(Path("podtemplates", "t05"));

        JsonObject rest = (await Api.GetAsync(Path("podtemplates", query: "limit=10&continue=" + Uri.EscapeDataString(first["metadata"]!["continue"]!.GetValue<string>())))).Expect(200).Json;

        Assert.Equal(["t03", "t04", "t05"], Names(rest));
    }

    [Fact]
    public async Task Broken_continue_token_is_a_bad_request()
    {
        RawAnswer answer = await Api.GetAsync(Path("configmaps", query: "limit=1&continue=not-a-token"));

        Assert.Equal(400, answer.Code);
        Assert.Equal("BadRequest", answer.Reason);
    }

    [Fact]
    public async Task Empty_list_has_an_empty_array()
    {
        RawAnswer answer = (await Api.GetAsync(Path("podtemplates"))).Expect(200);

        Assert.Empty(answer.Json["items"]!.AsArray());
        Assert.Equal("PodTemplateList", answer.Json["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Exact_version_shows_the_past()
    {
        await MakeAsync(2);
        string then = (await Api.GetAsync(Path("podtemplates"))).Json["metadata"]!["resourceVersion"]!.GetValue<string>();
        await Api.DeleteAsync(Path("podtemplates", "t00"));

        RawAnswer past = await Api.GetAsync(Path("podtemplates", query: $"resourceVersion={then}&resourceVersionMatch=Exact"));

        Assert.Equal(["t00", "t01"], Names(past.Expect(200).Json));
    }

    [Fact]
    public async Task Version_from_the_future_is_a_timeout_with_its_cause()
    {
        RawAnswer answer = await Api.GetAsync(Path("configmaps", query: "resourceVersion=99999999&resourceVersionMatch=NotOlderThan"));

        Assert.Equal(504, answer.Code);
        Assert.Equal("Timeout", answer.Reason);
        Assert.StartsWith("Timeout: Too large resource version: 99999999, current: ", answer.Message, StringComparison.Ordinal);
        Assert.Equal("ResourceVersionTooLarge", answer.Json["details"]!["causes"]![0]!["reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0")]
    [InlineData("resourceVersionMatch=Sometimes&resourceVersion=5")]
    public async Task Version_match_that_makes_no_sense_is_invalid(string query)
    {
        RawAnswer answer = await Api.GetAsync(Path("configmaps", query: query));

        Assert.Equal(422, answer.Code);
        Assert.Equal("Invalid", answer.Reason);
    }

    [Theory]
    [InlineData("labelSelector=a%3D%3D%3Db")]
    [InlineData("labelSelector=in+(a)")]
    [InlineData("fieldSelector=metadata.name")]
    [InlineData("fieldSelector=spec.unknown%3Dx")]
    [InlineData("limit=many")]
    public async Task Bad_selector_is_a_bad_request(string query)
    {
        RawAnswer answer = await Api.GetAsync(Path("pods", query: query));

        Assert.Equal(400, answer.Code);
        Assert.Equal("Status", answer.Json["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Table_has_columns_and_rows_with_metadata()
    {
        await MakeAsync(1);

        JsonObject table = (await Api.GetAsync(Path("podtemplates"), "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200).Json;

        Assert.Equal("Table", table["kind"]!.GetValue<string>());
        Assert.Equal("meta.k8s.io/v1", table["apiVersion"]!.GetValue<string>());
        Assert.Equal("Name", table["columnDefinitions"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("t00", table["rows"]![0]!["cells"]![0]!.GetValue<string>());
        Assert.Equal("PartialObjectMetadata", table["rows"]![0]!["object"]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Table_of_a_kind_that_has_none_is_not_acceptable()
    {
        RawAnswer answer = await Api.PostAsync(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"verb":"get","path":"/"}}}""",
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        Assert.Equal(406, answer.Code);
    }

    [Fact]
    public async Task Partial_metadata_leaves_the_rest_out()
    {
        await Api.PostAsync(Path("configmaps"), ConfigMap("one", """{"a":"1"}"""));

        JsonObject one = (await Api.GetAsync(Path("configmaps", "one"), "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")).Expect(200).Json;
        JsonObject all = (await Api.GetAsync(Path("configmaps"), "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")).Expect(200).Json;

        Assert.Equal("PartialObjectMetadata", one["kind"]!.GetValue<string>());
        Assert.Null(one["data"]);
        Assert.Equal("one", one["metadata"]!["name"]!.GetValue<string>());
        Assert.Equal("PartialObjectMetadataList", all["kind"]!.GetValue<string>());
    }
}
