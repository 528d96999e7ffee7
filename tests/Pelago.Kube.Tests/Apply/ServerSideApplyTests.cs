// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube.Apply;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

/// <summary>What the API server adds around the merge: texts, first applies, kubectl's annotation, refusals.</summary>
public class ServerSideApplyTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void One_conflict_reads_as_clients_expect()
    {
        JsonObject live = Updated("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"uid":"u"},"spec":{"replicas":3}}""", "kubectl-client-side-apply", "apps/v1");

        ApiStatus failure = Apply(live, """{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":5}}""", "me", "apps/v1").Failure!;

        Assert.Equal(409, failure.Code);
        Assert.Equal(StatusReason.Conflict, failure.Reason);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.replicas", failure.Message);
        Assert.Equal(
            [new StatusCause("FieldManagerConflict", "conflict with \"kubectl-client-side-apply\" using apps/v1", ".spec.replicas")], failure.Causes);
    }

    [Fact]
    public void Many_conflicts_are_listed_by_manager()
    {
        JsonObject live = Updated("""{"apiVersion":"v1","kind":"T","metadata":{"uid":"u"},"spec":{"a":1,"b":1}}""", "up", "v1");
        live = Apply(live, """{"apiVersion":"v1","kind":"T","spec":{"c":1}}""", "app").Object!;

        ApiStatus failure = Apply(live, """{"apiVersion":"v1","kind":"T","spec":{"a":2,"b":2,"c":2}}""", "me").Failure!;

        Assert.Equal("""
            Apply failed with 3 conflicts: conflicts with "app":
            - .spec.c
            conflicts with "up" using v1:
            - .spec.a
            - .spec.b
            """, failure.Message);
        Assert.Equal(3, failure.Causes.Count);
    }

    [Fact]
    public void A_conflict_with_a_subresource_names_it()
    {
        JsonObject live = Updated("""{"apiVersion":"v1","kind":"T","metadata":{"uid":"u"},"status":{"a":1}}""", "ctl", "v1", "status");

        ApiStatus failure = Apply(live, """{"apiVersion":"v1","kind":"T","status":{"a":2}}""", "me").Failure!;

        Assert.Equal("Apply failed with 1 conflict: conflict with \"ctl\" with subresource \"status\" using v1: .status.a", failure.Message);
    }

    [Fact]
    public void An_apply_creates()
    {
        JsonObject made = Apply(null, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x","labels":{"a":"b"}},"data":{"k":"v"}}""", "me").Object!;

        Assert.Equal("v", (string?)made["data"]!["k"]);
        JsonNode entry = Assert.Single(Entries(made))!;
        Assert.Equal("Apply", (string?)entry["operation"]);
        Assert.Equal("""{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}""", entry["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public void The_first_apply_to_an_untracked_object_gives_its_fields_an_owner()
    {
        JsonObject live = Parse("""{"apiVersion":"v1","kind":"T","metadata":{"name":"x","uid":"u"},"data":{"k":"v"}}""");

        JsonObject made = Apply(live, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"data":{"l":"w"}}""", "me").Object!;
        ApiStatus? conflict = Apply(live, """{"apiVersion":"v1","kind":"T","data":{"k":"w"}}""", "me").Failure;

        Assert.Equal(["me", "before-first-apply"], Entries(made).Select(entry => (string?)entry!["manager"]));
        Assert.Equal("Update", (string?)Entries(made)[1]!["operation"]);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.k", conflict!.Message);
    }

    [Fact]
    public void An_apply_that_changes_nothing_keeps_its_time()
    {
        const string configuration = """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"data":{"l":"w"}}""";
        JsonObject made = Apply(null, configuration, "me").Object!;

        JsonObject again = Apply(made, configuration, "me", seconds: 9).Object!;
        JsonObject changed = Apply(made, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"data":{"l":"x"}}""", "me", seconds: 9).Object!;

        Assert.True(JsonEquality.DeepEquals(made, again));
        Assert.Equal("1970-01-01T00:00:09Z", (string?)Entries(changed)[0]!["time"]);
    }

    [Fact]
    public void Applying_through_a_subresource_is_another_owner()
    {
        JsonObject made = Apply(null, """{"apiVersion":"v1","kind":"T","spec":{"a":1}}""", "me").Object!;

        JsonObject status = Apply(made, """{"apiVersion":"v1","kind":"T","status":{"b":1}}""", "me", subresource: "status").Object!;

        Assert.Equal(2, Entries(status).Count);
        Assert.Equal(1, status["spec"]!["a"].AsInteger());
    }

    [Fact]
    public void An_applier_in_another_version_is_the_same_owner()
    {
        JsonObject made = Apply(null, """{"apiVersion":"g/v1","kind":"T","spec":{"a":1}}""", "me", "g/v1").Object!;

        JsonObject again = Apply(made, """{"apiVersion":"g/v2","kind":"T","spec":{"b":1}}""", "me", "g/v2").Object!;

        Assert.Equal("g/v2", (string?)Assert.Single(Entries(again))!["apiVersion"]);
        Assert.Equal("""{"b":1}""", again["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"apiVersion":"v2","kind":"T"}""", "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1")]
    [InlineData("""{"apiVersion":"v1","kind":"Other"}""", "invalid object type: v1, Kind=Other")]
    [InlineData("""{"apiVersion":"v1","kind":"T","metadata":{"managedFields":[]}}""", "metadata.managedFields must be nil")]
    public void Configurations_of_another_kind_are_refused(string configuration, string message)
    {
        ApiStatus failure = Apply(Parse("""{"apiVersion":"v1","kind":"T","metadata":{"uid":"u"}}"""), configuration, "me").Failure!;

        Assert.Equal((400, message), (failure.Code, failure.Message));
    }

    [Fact]
    public void Malformed_live_entries_are_told()
    {
        JsonObject live = Parse("""{"apiVersion":"v1","kind":"T","metadata":{"uid":"u","managedFields":[{"manager":"x","operation":"Frob"}]}}""");

        Assert.Equal("failed to decode managed fields: operation must be `Apply` or `Update`", Apply(live, """{"apiVersion":"v1","kind":"T"}""", "me").Failure!.Message);
    }

    [Fact]
    public void System_metadata_survives_an_applier_that_lets_go_of_all_metadata()
    {
        JsonObject made = Apply(null, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x","labels":{"a":"b"}}}""", "me").Object!;
        made["metadata"]!["uid"] = "u";
        made["metadata"]!["resourceVersion"] = "7";
        made["metadata"]!["finalizers"] = new JsonArray("f");

        JsonObject again = Apply(made, """{"apiVersion":"v1","kind":"T"}""", "me").Object!;

        Assert.Equal("""{"name":"x","uid":"u","resourceVersion":"7","finalizers":["f"]}""", again["metadata"]!.ToJsonString());
    }

    [Fact]
    public void Arguments_stay_as_they_were()
    {
        JsonObject live = Updated("""{"apiVersion":"v1","kind":"T","metadata":{"uid":"u"},"spec":{"a":{"x":1},"l":[1]}}""", "m", "v1");
        JsonObject applied = Parse("""{"apiVersion":"v1","kind":"T","spec":{"a":{"x":2,"y":{"z":1}},"l":[2]}}""");
        string liveBefore = live.ToJsonString(), appliedBefore = applied.ToJsonString();

        Assert.NotNull(ServerSideApply.Apply(live, applied, null, "me", "v1", "", force: true, Start).Object);

        Assert.Equal(liveBefore, live.ToJsonString());
        Assert.Equal(appliedBefore, applied.ToJsonString());
    }

    [Fact]
    public void Kubectl_takes_over_what_its_client_side_apply_set()
    {
        JsonObject live = ClientSideApplied(replicas: 3, annotated: 3);

        JsonObject made = Apply(live, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":5}}""", "kubectl").Object!;

        Assert.Equal(5, made["spec"]!["replicas"].AsInteger());
    }

    [Fact]
    public void Kubectl_does_not_take_over_what_changed_since()
    {
        JsonObject live = ClientSideApplied(replicas: 4, annotated: 3);

        ApiStatus failure = Apply(live, """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":5}}""", "kubectl").Failure!;

        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .spec.replicas", failure.Message);
    }

    [Fact]
    public void Other_managers_take_nothing_over_by_the_annotation()
    {
        Assert.NotNull(Apply(ClientSideApplied(3, 3), """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":5}}""", "me").Failure);
    }

    [Fact]
    public void Kubectl_keeps_the_annotation_up_to_date()
    {
        JsonObject made = Apply(
            ClientSideApplied(3, 3), """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":5}}""", "kubectl").Object!;

        Assert.Equal(
            """{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":5}}""" + "\n",
            (string?)made["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]);
    }

    [Fact]
    public void An_annotation_of_another_version_or_without_sense_is_not_used()
    {
        foreach (string text in new[] { "nonsense", "[]", """{"apiVersion":"v9","kind":"T","spec":{"replicas":3}}""", "" })
        {
            JsonObject live = ClientSideApplied(3, 3);
            live["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"] = text;

            Assert.NotNull(Apply(live, """{"apiVersion":"v1","kind":"T","spec":{"replicas":5}}""", "kubectl").Failure);
        }
    }

    private static JsonObject ClientSideApplied(int replicas, int annotated)
    {
        JsonObject live = Parse($$$"""
            {"apiVersion":"v1","kind":"T","metadata":{"name":"x","uid":"u","annotations":{"kubectl.kubernetes.io/last-applied-configuration":""}},
             "spec":{"replicas":{{{replicas}}}}}
            """);
        live["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"] =
            $$$"""{"apiVersion":"v1","kind":"T","metadata":{"name":"x"},"spec":{"replicas":{{{annotated}}}}}""";
        FieldTracker.TrackUpdate(null, live, null, "kubectl-client-side-apply", "v1", "", Start);
        return live;
    }

    private static JsonObject Updated(string json, string manager, string apiVersion, string subresource = "")
    {
        JsonObject live = Parse(json);
        FieldTracker.TrackUpdate(null, live, null, manager, apiVersion, subresource, Start);
        return live;
    }

    private static ApplyResult Apply(
        JsonObject? live, string configuration, string manager, string apiVersion = "v1", string subresource = "", int seconds = 0) =>
        ServerSideApply.Apply(live, Parse(configuration), null, manager, apiVersion, subresource, force: false, Start.AddSeconds(seconds));

    private static JsonObject Parse(string json) => KubeJson.ParseObject(Encoding.UTF8.GetBytes(json));

    private static JsonArray Entries(JsonObject document) => (JsonArray)document["metadata"]!["managedFields"]!;
}
