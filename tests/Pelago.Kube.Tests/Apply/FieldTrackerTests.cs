// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube.Apply;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

/// <summary>What apimachinery's field manager tests say of plain writes.</summary>
public class FieldTrackerTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_create_is_owned_by_its_manager()
    {
        JsonObject created = Write(null, """{"metadata":{"name":"x","labels":{"a":"1"}},"data":{"k":"v"}}""", "m");

        AssertEntry(created, 0, """
            {"manager":"m","operation":"Update","apiVersion":"v1","time":"1970-01-01T00:00:00Z","fieldsType":"FieldsV1",
             "fieldsV1":{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}}
            """);
    }

    [Fact]
    public void What_only_the_system_writes_is_never_owned()
    {
        JsonObject created = Write(null, """
            {"metadata":{"name":"x","namespace":"n","uid":"u","resourceVersion":"1","generation":1,"creationTimestamp":"t","selfLink":"s"}}
            """, "m");

        Assert.Null(created["metadata"]!["managedFields"]);
    }

    [Fact]
    public void A_write_without_a_manager_is_by_unknown()
    {
        Assert.Equal("unknown", (string?)Entry(Write(null, """{"data":{"k":"v"}}""", ""), 0)["manager"]);
    }

    [Fact]
    public void A_changed_field_changes_its_owner()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v","l":"w"}}""", "one");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"data":{"k":"x","l":"w"}}""", "two", seconds: 5);

        AssertFields(updated, 0, """{"f:data":{".":{},"f:l":{}}}""");
        AssertFields(updated, 1, """{"f:data":{"f:k":{}}}""");
        Assert.Equal("1970-01-01T00:00:05Z", (string?)Entry(updated, 1)["time"]);
    }

    [Fact]
    public void A_write_that_changes_nothing_keeps_every_entry_and_time()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "two", seconds: 5);

        Assert.True(JsonEquality.DeepEquals(live, updated));
    }

    [Fact]
    public void A_write_that_only_removes_makes_no_entry()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v","l":"w"}}""", "one");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"data":{"l":"w"}}""", "two", seconds: 5);

        JsonNode entry = Assert.Single(Entries(updated))!;
        Assert.Equal("one", (string?)entry["manager"]);
        Assert.Equal("1970-01-01T00:00:00Z", (string?)entry["time"]);
        AssertFields(updated, 0, """{"f:data":{".":{},"f:l":{}}}""");
    }

    [Fact]
    public void The_same_manager_through_a_subresource_has_an_entry_of_its_own()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"spec":{"a":1}}""", "m");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"spec":{"a":1},"status":{"b":1}}""", "m", seconds: 1, subresource: "status");

        Assert.Equal(2, Entries(updated).Count);
        Assert.Equal("status", (string?)Entry(updated, 1)["subresource"]);
        AssertFields(updated, 1, """{"f:status":{".":{},"f:b":{}}}""");
    }

    [Fact]
    public void The_same_manager_in_another_version_has_an_entry_of_its_own()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"spec":{"a":1}}""", "m", apiVersion: "g.io/v1");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"spec":{"a":1,"b":1}}""", "m", apiVersion: "g.io/v2");

        Assert.Equal(["g.io/v1", "g.io/v2"], Entries(updated).Select(entry => (string?)entry!["apiVersion"]));
    }

    [Fact]
    public void Entries_of_another_group_are_dropped()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"spec":{"a":1}}""", "m", apiVersion: "extensions/v1beta1");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"spec":{"a":1,"b":1}}""", "m", apiVersion: "apps/v1");

        Assert.Equal(["apps/v1"], Entries(updated).Select(entry => (string?)entry!["apiVersion"]));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    public void An_empty_list_or_entry_ends_the_tracking(string managedFields)
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");

        JsonObject updated = Write(live, $$$"""{"metadata":{"uid":"u","managedFields":{{{managedFields}}}},"data":{"k":"w"}}""", "two");

        Assert.Null(updated["metadata"]!["managedFields"]);
    }

    [Fact]
    public void An_untracked_object_stays_untracked()
    {
        JsonObject live = Parse("""{"metadata":{"uid":"u"},"data":{"k":"v"}}""");

        Assert.Null(Write(live, """{"metadata":{"uid":"u"},"data":{"k":"w"}}""", "two")["metadata"]!["managedFields"]);
    }

    [Fact]
    public void A_request_without_entries_keeps_the_live_ones()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");

        JsonObject updated = Write(live, """{"metadata":{"uid":"u"},"data":{"k":"v","l":"w"}}""", "two");

        Assert.Equal(["one", "two"], Entries(updated).Select(entry => (string?)entry!["manager"]));
    }

    [Fact]
    public void A_request_may_change_the_entries()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");
        var request = (JsonObject)live.DeepClone();
        request["metadata"]!["managedFields"]![0]!["manager"] = "renamed";

        FieldTracker.TrackUpdate(live, request, null, "two", "v1", "", Start);

        Assert.Equal("renamed", (string?)Entry(request, 0)["manager"]);
    }

    [Fact]
    public void A_subresource_may_not_change_the_entries()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");
        var request = (JsonObject)live.DeepClone();
        request["metadata"]!["managedFields"]![0]!["manager"] = "renamed";

        FieldTracker.TrackUpdate(live, request, null, "two", "v1", "status", Start);

        Assert.Equal("one", (string?)Entry(request, 0)["manager"]);
    }

    [Theory]
    [InlineData("""{"manager":"x"}""")]
    [InlineData("""{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV2","fieldsV1":{}}""")]
    [InlineData("""{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"bad":{}}}""")]
    public void Malformed_entries_of_a_request_give_way_to_the_live_ones(string entry)
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");

        JsonObject updated = Write(live, $$$"""{"metadata":{"uid":"u","managedFields":[{{{entry}}}]},"data":{"k":"v"}}""", "two");

        Assert.Equal("one", (string?)Entry(updated, 0)["manager"]);
    }

    [Fact]
    public void Neither_argument_but_the_entries_is_touched()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");
        string before = live.ToJsonString();

        JsonObject updated = Write(live, """{"data":{"k":"w"},"metadata":{"uid":"u","labels":{"a":"b"}}}""", "two");

        Assert.Equal(before, live.ToJsonString());
        updated["metadata"]!.AsObject().Remove("managedFields");
        Assert.Equal("""{"data":{"k":"w"},"metadata":{"uid":"u","labels":{"a":"b"}}}""", updated.ToJsonString());
    }

    [Fact]
    public void Only_ten_entries_of_plain_writes_are_kept()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k0":"0"}}""", "m00");
        for (int i = 1; i < 15; i++)
        {
            var updated = (JsonObject)live.DeepClone();
            updated["data"]![$"k{i}"] = "1";
            FieldTracker.TrackUpdate(live, updated, null, $"m{i:00}", "v1", "", Start.AddSeconds(i));
            live = updated;
        }

        Assert.Equal(10, Entries(live).Count);
        Assert.Equal("ancient-changes", (string?)Entry(live, 0)["manager"]);
        Assert.Equal("1970-01-01T00:00:05Z", (string?)Entry(live, 0)["time"]);
        AssertFields(live, 0, """{"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{},"f:k3":{},"f:k4":{},"f:k5":{}}}""");
        Assert.Equal("m14", (string?)Entry(live, 9)["manager"]);
    }

    [Fact]
    public void Old_entries_are_joined_by_version()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k0":"0"}}""", "m00", apiVersion: "g/v0");
        for (int i = 1; i < 13; i++)
        {
            var updated = (JsonObject)live.DeepClone();
            updated["data"]![$"k{i}"] = "1";
            FieldTracker.TrackUpdate(live, updated, null, $"m{i:00}", $"g/v{i % 2}", "", Start.AddSeconds(i));
            live = updated;
        }

        Assert.Equal(10, Entries(live).Count);
        Assert.Equal(["g/v0", "g/v1"], Entries(live).Where(entry => (string?)entry!["manager"] == "ancient-changes").Select(entry => (string?)entry!["apiVersion"]).Order());
    }

    [Fact]
    public void Appliers_are_not_counted_among_the_ten()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"apiVersion":"v1","kind":"T","data":{"k":"0"}}""", "m");
        for (int i = 0; i < 12; i++)
        {
            JsonObject applied = Parse($$$"""{"apiVersion":"v1","kind":"T","data":{"a{{{i}}}":"1"}}""");
            live = ServerSideApply.Apply(live, applied, null, $"a{i:00}", "v1", "", force: false, Start.AddSeconds(i)).Object!;
        }

        JsonObject updated = (JsonObject)live.DeepClone();
        updated["data"]!["z"] = "1";
        FieldTracker.TrackUpdate(live, updated, null, "m", "v1", "", Start);

        Assert.Equal(13, Entries(updated).Count);
    }

    [Fact]
    public void Appliers_come_first_then_the_older()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"apiVersion":"v1","kind":"T","data":{"k":"0"}}""", "z", seconds: 1);
        live = Write(live, """{"metadata":{"uid":"u"},"apiVersion":"v1","kind":"T","data":{"k":"0","l":"1"}}""", "a", seconds: 2);
        live = Write(live, """{"metadata":{"uid":"u"},"apiVersion":"v1","kind":"T","data":{"k":"0","l":"1","m":"1"}}""", "b", seconds: 2);
        live = ServerSideApply.Apply(live, Parse("""{"apiVersion":"v1","kind":"T","data":{"n":"1"}}"""), null, "q", "v1", "", false, Start.AddSeconds(9)).Object!;

        Assert.Equal(["q", "z", "a", "b"], Entries(live).Select(entry => (string?)entry!["manager"]));
    }

    [Fact]
    public void A_list_without_keys_in_a_schema_that_asks_for_them_leaves_ownership_as_it_was()
    {
        SchemaNode schema = Schema("""
            {"type":"object","properties":{"list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
             "items":{"type":"object","properties":{"name":{"type":"string"}}}}}}
            """);
        JsonObject live = Parse("""{"metadata":{"uid":"u"},"list":[{"name":"a"}]}""");
        FieldTracker.TrackUpdate(null, live, schema, "m", "v1", "", Start);

        JsonObject updated = Parse("""{"metadata":{"uid":"u"},"list":[{"value":"a"}]}""");
        FieldTracker.TrackUpdate(live, updated, schema, "n", "v1", "", Start);

        Assert.True(JsonEquality.DeepEquals(live["metadata"], updated["metadata"]));
    }

    [Fact]
    public void A_struct_that_is_always_there_is_not_owned_itself()
    {
        SchemaNode schema = Schema("""
            {"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"integer"},"inner":{"type":"object","properties":{"b":{"type":"integer"}}}}},
             "other":{"type":"object","properties":{"b":{"type":"integer"}}}}}
            """);
        schema.Properties!["spec"].ZeroValue = ZeroValueRule.Written;
        schema.Properties["spec"].Properties!["inner"].ZeroValue = ZeroValueRule.Written;
        JsonObject created = Parse("""{"spec":{"a":1,"inner":{"b":1}},"other":{"b":1}}""");

        FieldTracker.TrackUpdate(null, created, schema, "m", "v1", "", Start);

        AssertFields(created, 0, """{"f:other":{".":{},"f:b":{}},"f:spec":{"f:a":{},"f:inner":{"f:b":{}}}}""");
    }

    [Fact]
    public void A_struct_that_is_always_there_is_owned_inside_a_new_item()
    {
        SchemaNode schema = Schema("""
            {"type":"object","properties":{"items":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
             "items":{"type":"object","properties":{"name":{"type":"string"},"resources":{"type":"object","properties":{"cpu":{"type":"string"}}}}}}}}
            """);
        schema.Properties!["items"].Items!.Properties!["resources"].ZeroValue = ZeroValueRule.Written;
        JsonObject created = Parse("""{"items":[{"name":"a","resources":{"cpu":"1"}}]}""");

        FieldTracker.TrackUpdate(null, created, schema, "m", "v1", "", Start);

        AssertFields(created, 0, """{"f:items":{".":{},"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:resources":{".":{},"f:cpu":{}}}}}""");
    }

    [Fact]
    public void New_times_alone_are_no_change()
    {
        JsonObject live = Write(null, """{"metadata":{"uid":"u"},"data":{"k":"v"}}""", "one");
        var updated = (JsonObject)live.DeepClone();
        Entry(updated, 0)["time"] = "1970-01-01T00:00:09Z";
        var changed = (JsonObject)updated.DeepClone();
        changed["data"]!["k"] = "w";

        FieldTracker.KeepTimesOfUnchanged(live, updated);
        FieldTracker.KeepTimesOfUnchanged(live, changed);

        Assert.True(JsonEquality.DeepEquals(live, updated));
        Assert.Equal("1970-01-01T00:00:09Z", (string?)Entry(changed, 0)["time"]);
    }

    private static JsonObject Write(
        JsonObject? live, string json, string manager, int seconds = 0, string subresource = "", string apiVersion = "v1")
    {
        JsonObject updated = Parse(json);
        FieldTracker.TrackUpdate(live, updated, null, manager, apiVersion, subresource, Start.AddSeconds(seconds));
        return updated;
    }

    private static JsonObject Parse(string json) => KubeJson.ParseObject(Encoding.UTF8.GetBytes(json));

    private static SchemaNode Schema(string json)
    {
        var node = new SchemaNode();
        new SchemaReader(Encoding.UTF8.GetBytes(json), name => throw new KeyNotFoundException(name)).ReadInto(node);
        return node;
    }

    private static JsonArray Entries(JsonObject document) => (JsonArray)document["metadata"]!["managedFields"]!;

    private static JsonObject Entry(JsonObject document, int index) => (JsonObject)Entries(document)[index]!;

    private static void AssertFields(JsonObject document, int index, string json) =>
        Assert.Equal(json, Entry(document, index)["fieldsV1"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    private static void AssertEntry(JsonObject document, int index, string json) =>
        Assert.True(JsonEquality.DeepEquals(JsonNode.Parse(json), Entry(document, index)), Entry(document, index).ToJsonString());
}
