// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Xunit;

namespace Pelago.TestKit.Client;

/// <summary>
/// What everything that runs on clusters relies on; any <see cref="IKubeApi"/> must pass it, in this process, over HTTP, or in front of a
/// real cluster. Each test works in a namespace of its own.
/// </summary>
public abstract class KubeApiContract
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Object_created_is_the_object_read()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);

        ApiResult made = await api.CreateAsync(maps, Map("one", "1"), WriteQuery.None, Cancel);
        ApiResult read = await api.GetAsync(maps with { Name = "one" }, Cancel);

        KubeObject created = KubeObject.Parse(made.BodyOrThrow());
        Assert.Equal(created.ResourceVersion, KubeObject.Parse(read.BodyOrThrow()).ResourceVersion);
        Assert.NotEmpty(created.Uid);
        Assert.Equal("ConfigMap", KubeObject.Parse(read.Body).Kind);
    }

    [Fact]
    public async Task Absent_object_is_a_not_found_status_with_upstream_words()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);

        ApiResult read = await api.GetAsync(maps with { Name = "no" }, Cancel);

        Assert.Equal(404, read.Error!.Code);
        Assert.Equal("configmaps \"no\" not found", read.Error.Message);
    }

    [Fact]
    public async Task Second_create_of_a_name_already_exists()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        await MakeAsync(api, maps, "one", "1");

        ApiResult again = await api.CreateAsync(maps, Map("one", "2"), WriteQuery.None, Cancel);

        Assert.True(again.Error!.IsAlreadyExists);
    }

    [Fact]
    public async Task Dry_run_leaves_nothing_behind()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);

        ApiResult made = await api.CreateAsync(maps, Map("dry", "1"), new WriteQuery { DryRun = true }, Cancel);
        ApiResult read = await api.GetAsync(maps with { Name = "dry" }, Cancel);

        Assert.True(made.IsSuccess);
        Assert.True(read.Error!.IsNotFound);
    }

    [Fact]
    public async Task Update_from_an_old_version_conflicts()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        KubeObject old = await MakeAsync(api, maps, "one", "1");
        (await api.PatchAsync(maps with { Name = "one" }, PatchType.Merge, "{\"data\":{\"v\":\"2\"}}"u8.ToArray(), WriteQuery.None, Cancel)).BodyOrThrow();

        old.Json["data"] = new JsonObject { ["v"] = "3" };
        ApiResult late = await api.UpdateAsync(maps with { Name = "one" }, old.ToUtf8(), WriteQuery.None, Cancel);

        Assert.True(late.Error!.IsConflict);
        Assert.Equal(ApiStatus.Conflict(ConfigMaps.GroupResource, "one").Message, late.Error.Message);
    }

    [Theory]
    [InlineData(PatchType.Merge, "{\"data\":{\"w\":\"x\",\"v\":null}}")]
    [InlineData(PatchType.StrategicMerge, "{\"data\":{\"w\":\"x\",\"v\":null}}")]
    [InlineData(PatchType.Json, "[{\"op\":\"add\",\"path\":\"/data/w\",\"value\":\"x\"},{\"op\":\"remove\",\"path\":\"/data/v\"}]")]
    public async Task Patch_of_each_type_changes_what_it_names(PatchType type, string patch)
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        await MakeAsync(api, maps, "one", "1");

        ApiResult patched = await api.PatchAsync(maps with { Name = "one" }, type, System.Text.Encoding.UTF8.GetBytes(patch), WriteQuery.None, Cancel);

        Assert.Equal("{\"w\":\"x\"}", KubeJson.ParseObject(patched.BodyOrThrow())["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Apply_creates_and_then_drops_what_it_no_longer_names()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        var query = new WriteQuery { FieldManager = "contract" };

        ApiResult made = await api.PatchAsync(maps with { Name = "ssa" }, PatchType.Apply, Map("ssa", "1", ("w", "2")), query, Cancel);
        Assert.SkipWhen(made.Error?.Code is 404 or 415, $"{api.Cluster} does not serve server-side apply");
        ApiResult applied = await api.PatchAsync(maps with { Name = "ssa" }, PatchType.Apply, Map("ssa", "1"), query, Cancel);

        Assert.True(made.IsSuccess);
        Assert.Equal("{\"v\":\"1\"}", KubeJson.ParseObject(applied.BodyOrThrow())["data"]!.ToJsonString());
    }

    [Fact]
    public async Task List_in_pages_is_one_snapshot_in_order()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        for (int i = 0; i < 5; i++)
            await MakeAsync(api, maps, $"m{i}", "1", "page");
        var query = new ListQuery { LabelSelector = "group=page", Limit = 2 };

        ListDocument first = ListDocument.Parse((await api.ListAsync(maps, query, Cancel)).BodyOrThrow());
        await MakeAsync(api, maps, "m9", "1", "page");
        ListDocument second = ListDocument.Parse((await api.ListAsync(maps, query with { Continue = first.Continue }, Cancel)).BodyOrThrow());
        ListDocument third = ListDocument.Parse((await api.ListAsync(maps, query with { Continue = second.Continue }, Cancel)).BodyOrThrow());

        string[] names = [.. first.Items.Concat(second.Items).Concat(third.Items).Select(item => ObjectIdentity.Read(item.Span).Key.Name)];
        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], names);
        Assert.Null(third.Continue);
        Assert.Equal(first.ResourceVersion, third.ResourceVersion);
    }

    [Fact]
    public async Task Watch_from_a_list_sees_every_later_change_in_order()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        string from = ListDocument.Parse((await api.ListAsync(maps, ListQuery.Everything, Cancel)).BodyOrThrow()).ResourceVersion;
        await MakeAsync(api, maps, "one", "1", "watched");
        await api.PatchAsync(maps with { Name = "one" }, PatchType.Merge, "{\"data\":{\"v\":\"2\"}}"u8.ToArray(), WriteQuery.None, Cancel);
        await api.DeleteAsync(maps with { Name = "one" }, DeleteQuery.None, Cancel);

        List<string> seen = await WatchAsync(api, maps, new ListQuery { ResourceVersion = from, LabelSelector = "group=watched" }, 3);

        Assert.Equal(["ADDED one 1", "MODIFIED one 2", "DELETED one 2"], seen);
    }

    [Fact]
    public async Task Object_that_leaves_the_selection_is_deleted_for_its_watchers()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        KubeObject made = await MakeAsync(api, maps, "one", "1", "in");
        await api.PatchAsync(maps with { Name = "one" }, PatchType.Merge, "{\"metadata\":{\"labels\":{\"group\":\"out\"}},\"data\":{\"v\":\"2\"}}"u8.ToArray(), WriteQuery.None, Cancel);
        await api.PatchAsync(maps with { Name = "one" }, PatchType.Merge, "{\"metadata\":{\"labels\":{\"group\":\"in\"}}}"u8.ToArray(), WriteQuery.None, Cancel);

        List<string> seen = await WatchAsync(api, maps, new ListQuery { ResourceVersion = made.ResourceVersion, LabelSelector = "group=in" }, 2);

        Assert.Equal(["DELETED one 1", "ADDED one 2"], seen);
    }

    [Fact]
    public async Task Watch_ends_when_its_time_is_over()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        string from = ListDocument.Parse((await api.ListAsync(maps, ListQuery.Everything, Cancel)).BodyOrThrow()).ResourceVersion;

        List<string> seen = await WatchAsync(api, maps, new ListQuery { ResourceVersion = from, TimeoutSeconds = 1, LabelSelector = "group=none" }, 1);

        Assert.Empty(seen);
    }

    [Fact]
    public async Task Delete_of_another_uid_conflicts()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        await MakeAsync(api, maps, "one", "1");

        ApiResult refused = await api.DeleteAsync(maps with { Name = "one" }, new DeleteQuery { Uid = "another" }, Cancel);

        Assert.True(refused.Error!.IsConflict);
        Assert.True((await api.GetAsync(maps with { Name = "one" }, Cancel)).IsSuccess);
    }

    [Fact]
    public async Task Delete_of_a_collection_honours_its_selector()
    {
        IKubeApi api = await ConnectAsync();
        ResourcePath maps = await NewNamespaceAsync(api);
        await MakeAsync(api, maps, "keep", "1", "a");
        await MakeAsync(api, maps, "drop", "1", "b");

        (await api.DeleteAsync(maps, new DeleteQuery { LabelSelector = "group=b" }, Cancel)).BodyOrThrow();

        Assert.True((await api.GetAsync(maps with { Name = "keep" }, Cancel)).IsSuccess);
        Assert.True((await api.GetAsync(maps with { Name = "drop" }, Cancel)).Error!.IsNotFound);
    }

    [Fact]
    public async Task Discovery_lists_resources_with_their_verbs()
    {
        IKubeApi api = await ConnectAsync();

        JsonObject core = KubeJson.ParseObject((await api.GetRawAsync("/api/v1", Cancel)).BodyOrThrow());
        ApiResult apps = await api.GetRawAsync("/apis/apps/v1", Cancel);
        ApiResult none = await api.GetRawAsync("/apis/no.such.group/v1", Cancel);

        JsonObject maps = core.Array("resources")!.OfType<JsonObject>().Single(resource => resource.String("name") == "configmaps");
        Assert.Contains("watch", maps.Array("verbs")!.Select(verb => verb!.GetValue<string>()));
        Assert.True(apps.IsSuccess);
        Assert.Equal(404, none.Error!.Code);
    }

    /// <summary>The cluster under test; the same for the tests of a class, or a new one each time.</summary>
    protected abstract Task<IKubeApi> ConnectAsync();

    private static byte[] Map(string name, string value, params (string Key, string Value)[] more) => Map(name, value, "", more);

    private static byte[] Map(string name, string value, string group, (string Key, string Value)[] more)
    {
        var data = new JsonObject { ["v"] = value };
        foreach ((string key, string text) in more)
            data[key] = text;
        var metadata = new JsonObject { ["name"] = name };
        if (group.Length > 0)
            metadata["labels"] = new JsonObject { ["group"] = group };
        return KubeJson.ToUtf8(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = metadata, ["data"] = data });
    }

    private static async Task<KubeObject> MakeAsync(IKubeApi api, ResourcePath maps, string name, string value, string group = "") =>
        KubeObject.Parse((await api.CreateAsync(maps, Map(name, value, group, []), WriteQuery.None, Cancel)).BodyOrThrow());

    private static async Task<ResourcePath> NewNamespaceAsync(IKubeApi api)
    {
        string name = $"contract-{Guid.NewGuid():N}"[..20];
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
        (await api.CreateAsync(new ResourcePath(Namespaces), KubeJson.ToUtf8(body), WriteQuery.None, Cancel)).BodyOrThrow();
        return new ResourcePath(ConfigMaps, name);
    }

    private static async Task<List<string>> WatchAsync(IKubeApi api, ResourcePath path, ListQuery query, int count)
    {
        var seen = new List<string>();
        await foreach (RawWatchEvent next in api.WatchAsync(path, query, Cancel))
        {
            KubeObject item = KubeObject.Parse(next.Object);
            seen.Add($"{next.Type} {item.Name} {item.Json.At("data", "v")}");
            if (seen.Count == count)
                break;
        }
        return seen;
    }
}
