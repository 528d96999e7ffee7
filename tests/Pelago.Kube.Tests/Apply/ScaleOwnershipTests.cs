// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Apply;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

/// <summary>The cases of apimachinery's scale handler.</summary>
public class ScaleOwnershipTests
{
    private static readonly Dictionary<string, string[]> Deployments = new()
    {
        ["apps/v1"] = ["spec", "replicas"],
        ["apps/v1beta1"] = ["spec", "the-replicas"],
    };

    private const string Replicas = """{"f:spec":{"f:replicas":{}}}""";
    private const string Both = """{"f:spec":{"f:replicas":{},"f:selector":{}}}""";
    private const string Selector = """{"f:spec":{"f:selector":{}}}""";

    [Fact]
    public void Only_entries_with_replicas_are_seen_by_the_scale()
    {
        JsonArray? scale = ScaleOwnership.ToScale(Entries(Entry("a", Selector), Entry("b", Both), Entry("c", Both, "Apply")), Deployments);

        AssertEntries(scale, Entry("c", Replicas, "Apply", "autoscaling/v1"), Entry("b", Replicas, "Update", "autoscaling/v1"));
    }

    [Fact]
    public void Without_replicas_the_scale_has_no_entries()
    {
        Assert.Null(ScaleOwnership.ToScale(Entries(Entry("a", Selector)), Deployments));
    }

    [Fact]
    public void The_path_is_that_of_the_entrys_version()
    {
        JsonArray? scale = ScaleOwnership.ToScale(
            Entries(Entry("a", """{"f:spec":{"f:the-replicas":{}}}""", "Update", "apps/v1beta1"), Entry("b", Replicas, "Update", "apps/v9")), Deployments);

        AssertEntries(scale, Entry("a", Replicas, "Update", "autoscaling/v1"));
    }

    [Fact]
    public void A_new_manager_of_the_scale_owns_the_objects_replicas()
    {
        JsonArray? parent = ScaleOwnership.ToParent(
            Entries(Entry("a", Selector)), Entries(Entry("s", Replicas, "Update", "autoscaling/v1", "scale")), "apps/v1", Deployments);

        AssertEntries(parent, Entry("a", Selector), Entry("s", Replicas, "Update", "apps/v1", "scale"));
    }

    [Fact]
    public void Replicas_leave_the_entry_that_lost_them()
    {
        JsonArray? parent = ScaleOwnership.ToParent(
            Entries(Entry("a", Both)), Entries(Entry("s", Replicas, "Update", "autoscaling/v1", "scale")), "apps/v1", Deployments);

        AssertEntries(parent, Entry("a", Selector), Entry("s", Replicas, "Update", "apps/v1", "scale"));
    }

    [Fact]
    public void An_entry_that_only_had_replicas_goes()
    {
        JsonArray? parent = ScaleOwnership.ToParent(
            Entries(Entry("a", Replicas)), Entries(Entry("s", Replicas, "Apply", "autoscaling/v1", "scale")), "apps/v1", Deployments);

        AssertEntries(parent, Entry("s", Replicas, "Apply", "apps/v1", "scale"));
    }

    [Fact]
    public void An_entry_that_kept_its_replicas_stays_as_it_is()
    {
        JsonArray before = Entries(Entry("a", Both, "Apply"), Entry("s", Replicas, "Update", "apps/v1", "scale"));

        JsonArray? parent = ScaleOwnership.ToParent(before, ScaleOwnership.ToScale(before, Deployments), "apps/v1", Deployments);

        AssertEntries(parent, Entry("a", Both, "Apply"), Entry("s", Replicas, "Update", "apps/v1", "scale"));
    }

    [Fact]
    public void Entries_of_unknown_versions_are_dropped()
    {
        Assert.Null(ScaleOwnership.ToParent(Entries(Entry("a", Both, "Update", "apps/v9")), null, "apps/v1", Deployments));
    }

    [Fact]
    public void A_version_without_a_scale_keeps_its_entries()
    {
        var mappings = new Dictionary<string, string[]> { ["g/v1"] = [] };

        JsonArray? parent = ScaleOwnership.ToParent(Entries(Entry("a", Both, "Update", "g/v1")), null, "g/v1", mappings);

        AssertEntries(parent, Entry("a", Both, "Update", "g/v1"));
    }

    private static JsonArray Entries(params JsonObject[] entries) => new([.. entries]);

    private static JsonObject Entry(string manager, string fields, string operation = "Update", string apiVersion = "apps/v1", string? subresource = null)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager, ["operation"] = operation, ["apiVersion"] = apiVersion, ["time"] = "2020-01-01T00:00:00Z",
            ["fieldsType"] = "FieldsV1", ["fieldsV1"] = JsonNode.Parse(fields),
        };
        if (subresource is not null)
            entry["subresource"] = subresource;
        return entry;
    }

    private static void AssertEntries(JsonArray? actual, params JsonObject[] expected) =>
        Assert.True(JsonEquality.DeepEquals(Entries(expected), actual), actual?.ToJsonString());
}
