// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Registry;

public class ResourceRegistryTests
{
    private static readonly RowSources Sources = new();

    [Fact]
    public void Built_in_rows_are_found_by_resource_and_by_kind()
    {
        var registry = new ResourceRegistry(BuiltInKinds.All(Sources));

        ResourceKind? deployments = registry.Current.Find(new GroupVersionResource("apps", "v1", "deployments"));

        Assert.NotNull(deployments);
        Assert.Same(deployments, registry.Current.Find(new GroupVersionKind("apps", "v1", "Deployment")));
        Assert.Null(registry.Current.Find(new GroupVersionResource("apps", "v1beta1", "deployments")));
    }

    [Fact]
    public void A_change_swaps_the_snapshot_and_tells_observers()
    {
        var registry = new ResourceRegistry([]);
        var seen = new List<RegistrySnapshot>();
        registry.Observe(seen.Add);
        ResourceKind widgets = Sources.Row("example.com", "v1", "Widget", "widgets");

        registry.Set(widgets);
        registry.Set(widgets with { Kind = "Gadget" });
        bool removed = registry.Remove(widgets.GroupResource);

        Assert.True(removed);
        Assert.Equal(["Widget", "Gadget", null], seen.Select(snapshot => snapshot.Find(widgets.GroupResource)?.Kind));
        Assert.False(registry.Remove(widgets.GroupResource));
    }

    [Fact]
    public void Both_event_groups_are_views_of_one_store()
    {
        ResourceKind[] events = [.. BuiltInKinds.All(Sources).Where(kind => kind.Plural == "events")];

        Assert.Equal(2, events.Length);
        Assert.Equal(["events", "events"], events.Select(kind => kind.StoreName));
        Assert.Same(events[0].Fields, events[1].Fields);
    }

    [Fact]
    public void An_autoscaler_keeps_everything_through_a_round_trip_of_v1()
    {
        ResourceKind autoscalers = BuiltInKinds.All(Sources).Single(kind => kind.Kind == "HorizontalPodAutoscaler");
        VersionView view = autoscalers.Version("v1")!.View!;
        const string stored = """
            {"metadata":{"name":"h"},"spec":{"maxReplicas":3,"metrics":[
              {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}},
              {"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"1"}}}]}}
            """;

        JsonObject v1 = view.FromStored(Parse(stored));
        string? cpu = v1["spec"]!["targetCPUUtilizationPercentage"]?.ToJsonString();
        JsonObject back = view.ToStored(v1);

        Assert.Equal("80", cpu);
        Assert.True(JsonNode.DeepEquals(Parse(stored), back), back.ToJsonString());
    }

    private static JsonObject Parse(string json) => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json));
}
