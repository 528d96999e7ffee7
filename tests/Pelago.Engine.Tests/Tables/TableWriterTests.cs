// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Tables;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Tables;

public class TableWriterTests
{
    private const string Document = """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"2026-01-02T03:03:05Z"},"data":{"k":"v"}}""";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TableMetadata Metadata = new("42");

    [Fact]
    public void A_list_is_a_table_with_columns_and_rows()
    {
        string table = Write(new TableOptions("v1", IncludeObject.None), new TableMetadata("42", "next", 7), [Document]);

        Assert.Equal(
            """
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"42","continue":"next","remainingItemCount":7},"columnDefinitions":[
            """ +
            """
            {"name":"Name","type":"string","format":"name","description":"Name of the object, unique among its kind in its namespace.","priority":0},
            """ +
            """
            {"name":"Data","type":"string","format":"","description":"Number of entries.","priority":0},
            """ +
            """
            {"name":"Age","type":"string","format":"","description":"Time since the object was created.","priority":0}],
            """ +
            """
            "rows":[{"cells":["a",1,"60s"],"object":null}]}
            """,
            table);
    }

    [Fact]
    public void An_empty_list_has_rows_that_are_an_empty_list()
    {
        JsonObject table = Parse(Write(new TableOptions("v1", IncludeObject.Metadata), Metadata, []));

        Assert.Equal("[]", table["rows"]!.ToJsonString());
        Assert.Equal(3, table.Array("columnDefinitions")!.Count);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public void Rows_carry_the_metadata_of_their_objects_unless_told_otherwise(string version)
    {
        JsonObject table = Parse(Write(new TableOptions(version, IncludeObject.Metadata), Metadata, [Document]));

        Assert.Equal($"meta.k8s.io/{version}", table.String("apiVersion"));
        Assert.Equal(
            $$$"""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/{{{version}}}","metadata":{"name":"a","creationTimestamp":"2026-01-02T03:03:05Z"}}""",
            table["rows"]![0]!["object"]!.ToJsonString());
    }

    [Fact]
    public void Rows_carry_whole_objects_when_asked_to()
    {
        JsonObject table = Parse(Write(new TableOptions("v1", IncludeObject.Object), Metadata, [Document]));

        Assert.Equal(Document, table["rows"]![0]!["object"]!.ToJsonString());
    }

    [Fact]
    public void Later_events_of_a_watch_leave_the_columns_out()
    {
        JsonObject table = Parse(Write(new TableOptions("v1", IncludeObject.None), Metadata, [Document], withColumns: false));

        Assert.True(table.ContainsKey("columnDefinitions"));
        Assert.Null(table["columnDefinitions"]);
    }

    [Fact]
    public void A_pod_that_is_done_says_so_in_its_row()
    {
        string pod = """{"metadata":{"name":"p"},"status":{"phase":"Failed"}}""";

        JsonObject table = Parse(Write(new TableOptions("v1", IncludeObject.None), Metadata, [pod], kind: "pods"));

        Assert.Equal(
            """[{"type":"Completed","status":"True","reason":"Failed","message":"The pod failed."}]""",
            table["rows"]![0]!["conditions"]!.ToJsonString());
    }

    [Fact]
    public void Kinds_without_columns_of_their_own_show_when_they_were_created()
    {
        JsonObject table = Parse(Write(new TableOptions("v1", IncludeObject.None), Metadata, [Document], kind: "roles.rbac.authorization.k8s.io"));

        Assert.Equal("""["a","2026-01-02T03:03:05Z"]""", table["rows"]![0]!["cells"]!.ToJsonString());
        Assert.Equal("Created At date", $"{table["columnDefinitions"]![1]!["name"]} {table["columnDefinitions"]![1]!["type"]}");
    }

    [Theory]
    [InlineData(null, IncludeObject.Metadata)]
    [InlineData("", IncludeObject.Metadata)]
    [InlineData("Metadata", IncludeObject.Metadata)]
    [InlineData("None", IncludeObject.None)]
    [InlineData("Object", IncludeObject.Object)]
    public void The_parameter_says_what_rows_carry(string? text, object expected)
    {
        Assert.True(IncludeObjectParameter.TryParse(text, out IncludeObject include, out _));
        Assert.Equal(expected, include);
    }

    [Fact]
    public void Another_value_of_the_parameter_is_refused()
    {
        Assert.False(IncludeObjectParameter.TryParse("object", out _, out ApiStatus? refusal));
        Assert.Equal(400, refusal.Code);
        Assert.Equal(
            "Unable to convert to Table as requested: includeObject: Invalid value: \"object\": must be 'Metadata', 'Object', 'None', or empty",
            refusal.Message);
    }

    [Fact]
    public void A_column_whose_path_cannot_be_read_is_refused()
    {
        var columns = new JsonArray(new JsonObject { ["name"] = "X", ["type"] = "string", ["jsonPath"] = ".spec[" });

        Assert.False(CustomTables.TryRead(columns, out _, out string? error));
        Assert.Equal("unrecognized column definition \".spec[\"", error);
    }

    private static JsonObject Parse(string json) => KubeJson.ParseObject(Encoding.UTF8.GetBytes(json));

    private static string Write(TableOptions options, TableMetadata metadata, string[] documents, string kind = "configmaps", bool withColumns = true)
    {
        var output = new ArrayBufferWriter<byte>();
        IEnumerable<TableItem> items = documents.Select(document => new TableItem(Parse(document), Encoding.UTF8.GetBytes(document)));
        TableWriter.Write(output, BuiltInTables.For(kind), options, metadata, items, Now, withColumns);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
