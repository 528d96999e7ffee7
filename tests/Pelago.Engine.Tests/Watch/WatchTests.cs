// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Watch;

public class WatchTests(EngineFixture engine)
{
    private const string Merge = "application/merge-patch+json";

    [Fact]
    public async Task A_watch_from_a_revision_tells_what_came_after_it()
    {
        string path = await ConfigMapsAsync("a");
        string then = (await engine.GetAsync(path)).ResourceVersion;

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, $"{path}?watch=1&resourceVersion={then}");
        await engine.CreateAsync(path, """{"metadata":{"name":"b"}}""");
        await engine.SendAsync("PATCH", path + "/a", """{"data":{"x":"y"}}""", Merge);
        await engine.SendAsync("DELETE", path + "/a");

        Assert.Equal(["ADDED b", "MODIFIED a", "DELETED a"], await watch.NextAsync(3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task A_watch_without_a_revision_begins_with_the_state(string query)
    {
        string path = await ConfigMapsAsync("a", "b");

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, $"{path}?watch=true{query}");
        string[] state = await watch.NextAsync(2);
        await engine.SendAsync("DELETE", path + "/a");

        Assert.Equal(["ADDED a", "ADDED b"], state.Order());
        Assert.Equal("DELETED a", (await watch.NextAsync())!.ToString());
    }

    [Fact]
    public async Task A_delete_carries_the_last_content_and_the_revision_of_the_deletion()
    {
        string path = await ConfigMapsAsync("a");
        Answer before = await engine.GetAsync(path + "/a");

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, $"{path}?watch=1&resourceVersion={before.ResourceVersion}");
        await engine.SendAsync("DELETE", path + "/a");
        WatchStream.WatchLine deleted = (await watch.NextAsync())!;

        Assert.Equal("DELETED", deleted.Type);
        Assert.Equal("v", deleted.Object.Json["data"]!["k"]!.GetValue<string>());
        Assert.True(long.Parse(deleted.Object.ResourceVersion) > long.Parse(before.ResourceVersion));
    }

    [Fact]
    public async Task Leaving_a_selector_is_a_delete_with_the_old_content_and_coming_back_an_add()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        await engine.CreateAsync(path, """{"metadata":{"name":"a","labels":{"app":"x"}},"data":{"k":"old"}}""");
        string then = (await engine.GetAsync(path)).ResourceVersion;

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, $"{path}?watch=1&labelSelector=app%3Dx&resourceVersion={then}");
        Answer left = await engine.SendAsync("PATCH", path + "/a", """{"metadata":{"labels":{"app":"y"}},"data":{"k":"new"}}""", Merge);
        await engine.SendAsync("PATCH", path + "/a", """{"metadata":{"labels":{"app":"x"}}}""", Merge);
        WatchStream.WatchLine deleted = (await watch.NextAsync())!;
        WatchStream.WatchLine added = (await watch.NextAsync())!;

        Assert.Equal(("DELETED", "old", left.ResourceVersion), (deleted.Type, deleted.Object.Json["data"]!["k"]!.GetValue<string>(), deleted.Object.ResourceVersion));
        Assert.Equal(("ADDED", "new"), (added.Type, added.Object.Json["data"]!["k"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_streaming_list_ends_its_state_with_an_annotated_bookmark()
    {
        string path = await ConfigMapsAsync("a");

        await using WatchStream watch = await WatchStream.OpenAsync(
            engine.Http, $"{path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        WatchStream.WatchLine added = (await watch.NextAsync())!;
        WatchStream.WatchLine bookmark = (await watch.NextAsync())!;
        await engine.CreateAsync(path, """{"metadata":{"name":"b"}}""");

        Assert.Equal("ADDED a", added.ToString());
        Assert.Equal(("BOOKMARK", "ConfigMap", "v1"), (bookmark.Type, bookmark.Object.Kind, bookmark.Object.ApiVersion));
        Assert.Equal("true", bookmark.Object.Annotations!.String("k8s.io/initial-events-end"));
        Assert.True(long.Parse(bookmark.Object.ResourceVersion) >= long.Parse(added.Object.ResourceVersion));
        Assert.Equal("ADDED b", (await watch.NextAsync())!.ToString());
    }

    [Fact]
    public async Task A_streaming_list_needs_its_match()
    {
        string path = await ConfigMapsAsync();

        Answer answer = await engine.GetAsync(path + "?watch=1&sendInitialEvents=true");

        Assert.Equal(422, answer.Code);
        Assert.Equal(
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            answer.Message);
    }

    [Fact]
    public async Task Without_initial_events_a_watch_begins_now()
    {
        string path = await ConfigMapsAsync("a");

        await using WatchStream watch = await WatchStream.OpenAsync(
            engine.Http, $"{path}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        await engine.CreateAsync(path, """{"metadata":{"name":"b"}}""");

        Assert.Equal("ADDED b", (await watch.NextAsync())!.ToString());
    }

    [Theory]
    [InlineData("/api/v1/watch/namespaces/NS/configmaps?resourceVersion=")]
    [InlineData("/api/v1/watch/namespaces/NS/configmaps/a?resourceVersion=")]
    [InlineData("/api/v1/namespaces/NS/configmaps?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=")]
    public async Task The_old_prefix_and_a_name_selector_are_watches_too(string pattern)
    {
        string path = await ConfigMapsAsync("a");
        string ns = path.Split('/')[4];
        string then = (await engine.GetAsync(path)).ResourceVersion;

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, pattern.Replace("NS", ns, StringComparison.Ordinal) + then);
        await engine.SendAsync("PATCH", path + "/a", """{"data":{"x":"y"}}""", Merge);

        Assert.Equal("MODIFIED a", (await watch.NextAsync())!.ToString());
    }

    [Fact]
    public async Task A_watch_ends_after_its_timeout()
    {
        string path = await ConfigMapsAsync();

        await using WatchStream watch = await WatchStream.OpenAsync(engine.Http, path + "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true");

        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_compacted_revision_is_an_error_event_in_the_stream()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true };
        EngineHost host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = host.Server };
        for (int i = 0; i < 3; i++)
            await http.PostAsync("/api/v1/namespaces", new StringContent($$$"""{"metadata":{"name":"n{{{i}}}"}}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")), TestContext.Current.CancellationToken);
        await host.Store.CompactAsync(host.Store.Revision, TestContext.Current.CancellationToken);

        await using WatchStream watch = await WatchStream.OpenAsync(http, "/api/v1/namespaces?watch=1&resourceVersion=1");
        WatchStream.WatchLine error = (await watch.NextAsync())!;

        Assert.Equal((200, "ERROR", "Status"), (watch.Code, error.Type, error.Object.Kind));
        Assert.Equal((410L, "Expired"), (error.Object.Json.Integer("code"), error.Object.Json.String("reason")));
        Assert.StartsWith("too old resource version: 1 (", error.Object.Json.String("message"), StringComparison.Ordinal);
        Assert.Null(await watch.NextAsync());
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stopping_the_server_ends_its_watches()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true };
        EngineHost host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = host.Server };
        await using WatchStream watch = await WatchStream.OpenAsync(http, "/api/v1/namespaces?watch=1");

        Task<WatchStream.WatchLine?> next = watch.NextAsync();
        await host.DisposeAsync();

        Assert.Null(await next);
    }

    [Fact]
    public async Task Two_watches_of_different_forms_see_the_same_order()
    {
        string path = await ConfigMapsAsync();
        string then = (await engine.GetAsync(path)).ResourceVersion;
        await using WatchStream whole = await WatchStream.OpenAsync(engine.Http, $"{path}?watch=1&resourceVersion={then}");
        await using WatchStream metadata = await WatchStream.OpenAsync(
            engine.Http, $"{path}?watch=1&resourceVersion={then}", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => engine.CreateAsync(path, $$$"""{"metadata":{"name":"c{{{i}}}"},"data":{"a":"b"}}""")));
        var first = new List<string>();
        var second = new List<string>();
        for (int i = 0; i < 20; i++)
        {
            first.Add((await whole.NextAsync())!.Object.ResourceVersion);
            WatchStream.WatchLine line = (await metadata.NextAsync())!;
            Assert.Equal("PartialObjectMetadata", line.Object.Kind);
            Assert.Null(line.Object.Json["data"]);
            second.Add(line.Object.ResourceVersion);
        }

        Assert.Equal(first, second);
        Assert.Equal(first.OrderBy(long.Parse), first);
    }

    private async Task<string> ConfigMapsAsync(params string[] names)
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        foreach (string name in names)
            await engine.CreateAsync(path, $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"k":"v"}}""");
        return path;
    }
}
