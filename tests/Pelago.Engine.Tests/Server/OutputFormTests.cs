// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Watch;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Server;

public class OutputFormTests(EngineFixture engine)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    [Fact]
    public async Task A_list_as_a_table_has_columns_and_a_row_for_each_object()
    {
        string path = await ConfigMapAsync();

        JsonObject table = (await engine.GetAsync(path, Table)).Json;

        Assert.Equal(("Table", "meta.k8s.io/v1"), (table.String("kind"), table.String("apiVersion")));
        Assert.Equal(["Name", "Data", "Age"], table.Array("columnDefinitions")!.Select(column => column!["name"]!.GetValue<string>()));
        JsonObject row = (JsonObject)table.Array("rows")![0]!;
        Assert.Equal(["a", "1"], row.Array("cells")!.Take(2).Select(cell => cell!.ToString()));
        Assert.Equal("PartialObjectMetadata", row.At("object", "kind")!.GetValue<string>());
    }

    [Fact]
    public async Task An_empty_table_has_no_rows_and_says_so()
    {
        string ns = await engine.NamespaceAsync();

        Answer answer = await engine.GetAsync($"/api/v1/namespaces/{ns}/configmaps", Table);

        Assert.Contains("\"rows\":[]", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Object", "ConfigMap")]
    [InlineData("Metadata", "PartialObjectMetadata")]
    [InlineData("None", null)]
    public async Task A_row_carries_as_much_of_its_object_as_was_asked_for(string include, string? kind)
    {
        string path = await ConfigMapAsync();

        JsonObject table = (await engine.GetAsync($"{path}/a?includeObject={include}", Table)).Json;

        Assert.Equal(kind, (table.Array("rows")![0]!["object"] as JsonObject)?.String("kind"));
    }

    [Fact]
    public async Task An_unknown_includeObject_is_refused()
    {
        string path = await ConfigMapAsync();

        Assert.Equal(400, (await engine.GetAsync($"{path}?includeObject=Everything", Table)).Code);
    }

    [Fact]
    public async Task The_first_event_of_a_table_watch_has_the_columns_and_bookmarks_keep_their_annotation()
    {
        string path = await ConfigMapAsync();

        await using WatchStream watch = await WatchStream.OpenAsync(
            engine.Http, $"{path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", Table);
        JsonObject first = (await watch.NextAsync())!.Object.Json;
        WatchStream.WatchLine bookmark = (await watch.NextAsync())!;
        await engine.SendAsync("DELETE", path + "/a");
        WatchStream.WatchLine deleted = (await watch.NextAsync())!;

        Assert.NotEmpty(first.Array("columnDefinitions")!);
        Assert.Equal("BOOKMARK", bookmark.Type);
        Assert.Equal("true", bookmark.Object.Json.Array("rows")![0]!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
        Assert.Equal(("DELETED", "Table"), (deleted.Type, deleted.Object.Kind));
        Assert.Null(deleted.Object.Json["columnDefinitions"]);
        Assert.Equal("a", deleted.Object.Json.Array("rows")![0]!["cells"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task A_review_is_never_a_table()
    {
        Answer answer = await engine.SendAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}", accept: Table);

        Assert.Equal((406, "NotAcceptable"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task Yaml_goes_in_and_out()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

        Answer created = await engine.SendAsync("POST", path, "metadata:\n  name: a\ndata:\n  k: \"yes\"\n", "application/yaml", "application/yaml");

        Assert.Equal((201, "application/yaml"), (created.Code, created.Response.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("apiVersion: v1\nkind: ConfigMap\n", created.Text, StringComparison.Ordinal);
        Assert.Contains("  k: \"yes\"\n", created.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeated_keys_of_yaml_are_refused_when_strict_and_told_otherwise()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        const string body = "metadata:\n  name: a\ndata:\n  k: x\n  k: z\n";

        Answer strict = await engine.SendAsync("POST", path + "?fieldValidation=Strict", body, "application/yaml");
        Answer warned = await engine.SendAsync("POST", path, body, "application/yaml");

        Assert.Equal(400, strict.Code);
        Assert.Contains("key \"k\" already set in map", strict.Message, StringComparison.Ordinal);
        Assert.Equal(201, warned.Code);
        Assert.Contains("already set in map", string.Join(' ', warned.Response.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?pretty=true", true)]
    [InlineData("?pretty=false", false)]
    [InlineData("", false)]
    public async Task Json_has_line_breaks_for_people(string query, bool pretty)
    {
        Answer answer = await engine.GetAsync("/api/v1/namespaces" + query);

        Assert.Equal(pretty, answer.Text.Contains('\n', StringComparison.Ordinal));
        Assert.Equal("NamespaceList", KubeJson.ParseObject(Encoding.UTF8.GetBytes(answer.Text)).String("kind"));
    }

    [Fact]
    public async Task Deep_objects_are_shown_to_people_too()
    {
        string schema = "{\"type\":\"string\"}";
        for (int level = 0; level < 40; level++)
            schema = $"{{\"type\":\"object\",\"properties\":{{\"a\":{schema}}}}}";
        string group = $"g{Guid.NewGuid():N}.example.com";
        string definition = $$$"""
            {"metadata":{"name":"deeps.{{{group}}}"},"spec":{"group":"{{{group}}}","scope":"Cluster","names":{"plural":"deeps","kind":"Deep"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}} } }] } }
            """;

        Answer created = await engine.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?pretty=true", definition);

        Assert.Equal(201, created.Code);
        Assert.Contains('\n', created.Text);
    }

    [Fact]
    public async Task Names_that_nobody_serves_leave_nothing_in_the_metrics()
    {
        await engine.GetAsync("/apis/nobody.example.com/v1/nothings/x");
        await engine.GetAsync("/api/v1/namespaces/default/pods/none/strange%22sub");
        await engine.GetAsync("/api/v1/namespaces");

        string metrics = (await engine.GetAsync("/metrics")).Text;

        Assert.Contains("resource=\"namespaces\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("nothings", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("strange", metrics, StringComparison.Ordinal);
    }

    private async Task<string> ConfigMapAsync()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        await engine.CreateAsync(path, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        return path;
    }
}
