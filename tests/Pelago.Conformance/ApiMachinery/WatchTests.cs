// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class WatchTests(TestCluster cluster) : ApiTest(cluster)
{
    [Fact]
    public async Task Watchers_see_creations_changes_and_deletions_of_what_they_select()
    {
        using RawWatch a = await Api.WatchAsync(Path("configmaps", query: "watch=true&labelSelector=mark%3Da"));
        using RawWatch both = await Api.WatchAsync(Path("configmaps", query: "watch=true&labelSelector=mark+in+(a,b)"));
        await Api.PostAsync(Path("configmaps"), ConfigMap("one", labels: """{"mark":"a"}"""));
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"mutation":"1"}}""");
        await Api.DeleteAsync(Path("configmaps", "one"));
        await Api.PostAsync(Path("configmaps"), ConfigMap("two", labels: """{"mark":"b"}"""));

        foreach (RawWatch watch in new[] { a, both })
        {
            WatchLine added = await watch.ExpectAsync("ADDED", "one");
            WatchLine modified = await watch.ExpectAsync("MODIFIED", "one");
            WatchLine deleted = await watch.ExpectAsync("DELETED", "one");
            Assert.True(added.ResourceVersion < modified.ResourceVersion && modified.ResourceVersion < deleted.ResourceVersion);
            Assert.Equal("1", deleted.Object["data"]!["mutation"]!.GetValue<string>());
        }

        await both.ExpectAsync("ADDED", "two");
    }

    [Fact]
    public async Task Watch_from_a_resource_version_gives_what_came_after_it()
    {
        RawAnswer created = await Api.PostAsync(Path("configmaps"), ConfigMap("one", labels: """{"mark":"w"}"""));
        RawAnswer first = await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"n":"1"}}""");
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"n":"2"}}""");
        await Api.DeleteAsync(Path("configmaps", "one"));

        string version = first.Json["metadata"]!["resourceVersion"]!.GetValue<string>();
        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: $"watch=true&labelSelector=mark%3Dw&resourceVersion={version}"));
        WatchLine modified = await watch.ExpectAsync("MODIFIED", "one");
        await watch.ExpectAsync("DELETED", "one");

        Assert.Equal(201, created.Code);
        Assert.Equal("2", modified.Object["data"]!["n"]!.GetValue<string>());
    }

    [Fact]
    public async Task Watch_restarted_from_its_last_version_misses_nothing()
    {
        await RootCertificateAsync();
        RawAnswer list = await Api.GetAsync(Path("configmaps"));
        string from = list.Json["metadata"]!["resourceVersion"]!.GetValue<string>();
        await Api.PostAsync(Path("configmaps"), ConfigMap("one"));
        string last;
        using (RawWatch watch = await Api.WatchAsync(Path("configmaps", query: $"watch=true&resourceVersion={from}")))
            last = (await watch.ExpectAsync("ADDED", "one")).Object["metadata"]!["resourceVersion"]!.GetValue<string>();
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"n":"2"}}""");
        await Api.DeleteAsync(Path("configmaps", "one"));

        using RawWatch again = await Api.WatchAsync(Path("configmaps", query: $"watch=true&resourceVersion={last}"));

        await again.ExpectAsync("MODIFIED", "one");
        await again.ExpectAsync("DELETED", "one");
    }

    [Fact]
    public async Task Object_that_stops_matching_is_deleted_for_the_watcher_and_added_when_it_matches_again()
    {
        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: "watch=true&labelSelector=mark%3Dx"));
        await Api.PostAsync(Path("configmaps"), ConfigMap("one", labels: """{"mark":"x"}"""));
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"metadata":{"labels":{"mark":"y"}},"data":{"n":"1"}}""");
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"metadata":{"labels":{"mark":"x"}}}""");

        await watch.ExpectAsync("ADDED", "one");
        WatchLine gone = await watch.ExpectAsync("DELETED", "one");
        WatchLine back = await watch.ExpectAsync("ADDED", "one");

        Assert.Equal("x", gone.Object["metadata"]!["labels"]!["mark"]!.GetValue<string>());
        Assert.True(gone.ResourceVersion < back.ResourceVersion);
    }

    [Fact]
    public async Task Concurrent_watchers_see_the_same_order()
    {
        string from = (await Api.GetAsync(Path("configmaps"))).Json["metadata"]!["resourceVersion"]!.GetValue<string>();
        RawWatch[] watches = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Api.WatchAsync(Path("configmaps", query: $"watch=true&resourceVersion={from}"))));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Api.PostAsync(Path("configmaps"), ConfigMap($"c{i}"))));

        var orders = new List<string>();
        foreach (RawWatch watch in watches)
        {
            var versions = new List<long>();
            for (int i = 0; i < 20; i++)
                versions.Add((await watch.NextAsync())!.ResourceVersion);
            Assert.Equal(versions.Order(), versions);
            orders.Add(string.Join(',', versions));
            watch.Dispose();
        }

        Assert.Single(orders.Distinct());
    }

    [Fact]
    public async Task Watch_of_one_name_by_field_selector_sees_only_it()
    {
        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: "watch=true&fieldSelector=metadata.name%3Dtwo"));
        await Api.PostAsync(Path("configmaps"), ConfigMap("one"));
        await Api.PostAsync(Path("configmaps"), ConfigMap("two"));

        await watch.ExpectAsync("ADDED", "two");
    }

    [Fact]
    public async Task Watch_without_a_version_begins_with_what_is_there()
    {
        await Api.PostAsync(Path("configmaps"), ConfigMap("here"));

        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: "watch=true&fieldSelector=metadata.name%3Dhere"));

        await watch.ExpectAsync("ADDED", "here");
    }

    [Fact]
    public async Task Watch_ends_at_its_timeout()
    {
        using RawWatch watch = await Api.WatchAsync(Path("secrets", query: "watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dnobody"));

        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Old_watch_prefix_still_works()
    {
        await Api.PostAsync(Path("configmaps"), ConfigMap("here"));

        using RawWatch watch = await Api.WatchAsync($"/api/v1/watch/namespaces/{Namespace}/configmaps/here");

        await watch.ExpectAsync("ADDED", "here");
    }

    [Fact]
    public async Task Watch_list_streams_the_state_then_marks_its_end()
    {
        TestCluster.NotOn(Cluster.MinorVersion < 32, "sendInitialEvents is served by default from 1.32 on");
        await Api.PostAsync(Path("configmaps"), ConfigMap("here"));

        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"));
        var names = new List<string>();
        WatchLine? line = await watch.NextAsync();
        for (; line!.Type == "ADDED"; line = await watch.NextAsync())
            names.Add(line.Name);

        Assert.Contains("here", names);
        Assert.Equal("BOOKMARK", line.Type);
        Assert.Equal("ConfigMap", line.Object["kind"]!.GetValue<string>());
        Assert.Equal("true", line.Object["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
    }
}
