// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Informers;

public class InformerTests
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");

    [Fact]
    public async Task Cache_equals_a_fresh_list_after_ten_thousand_faults()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var random = new Random(7);
        int faults = 0;
        bool calm = false;
        var cluster = new ScriptedCluster(historyLength: 50)
        {
            Fault = () =>
            {
                lock (random)
                {
                    if (calm || random.Next(3) != 0)
                        return ClusterFault.None;
                    faults++;
                    return (ClusterFault)random.Next(1, 5);
                }
            },
        };
        Informer<string> informer = InformerOf(cluster);
        var mirror = new ConcurrentDictionary<ObjectKey, string>();
        informer.AddHandler(change => Mirror(mirror, change));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task running = informer.RunAsync(stop.Token);

        var writer = new Random(11);
        while (Volatile.Read(ref faults) < 10_000)
        {
            Change(cluster, writer);
            if (writer.Next(20) == 0)
                await Task.Yield();
        }
        lock (random)
            calm = true;
        cluster.Put("z", "last", "u-last", new JsonObject { ["v"] = "end" });
        await WaitUntil(() => informer.Cache.Get("z", "last") is not null && informer.Cache.Count == cluster.Contents().Count, cancel);
        await stop.CancelAsync();
        await running;

        IReadOnlyDictionary<ObjectKey, string> fresh = cluster.Contents();
        Assert.Equal(fresh.OrderBy(pair => pair.Key), informer.Cache.List().Select(Keyed).OrderBy(pair => pair.Key));
        Assert.Equal(fresh.OrderBy(pair => pair.Key), mirror.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task Deletion_missed_while_disconnected_shows_as_a_tombstone()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var cluster = new ScriptedCluster(historyLength: 1);
        cluster.Put("a", "one", "u1", []);
        bool broken = false;
        cluster.Fault = () => broken ? ClusterFault.Disconnect : ClusterFault.None;
        Informer<string> informer = InformerOf(cluster);
        var deleted = new TaskCompletionSource<InformerEvent<string>>();
        informer.AddHandler(change => _ = change.Type == InformerEventType.Deleted && deleted.TrySetResult(change));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(cancel);

        broken = true;
        cluster.Remove("a", "one");
        cluster.Put("a", "two", "u2", []);
        cluster.Put("a", "three", "u3", []);
        broken = false;
        InformerEvent<string> tombstone = await deleted.Task.WaitAsync(cancel);
        await stop.CancelAsync();
        await running;

        Assert.True(tombstone.IsTombstone);
        Assert.Equal(new ObjectKey("a", "one"), tombstone.Key);
        Assert.NotNull(tombstone.Old);
    }

    [Fact]
    public async Task Object_replaced_by_another_of_the_same_name_is_a_deletion_and_an_addition()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var cluster = new ScriptedCluster(historyLength: 100);
        cluster.Put("a", "one", "u1", []);
        Informer<string> informer = InformerOf(cluster);
        var seen = new ConcurrentQueue<InformerEventType>();
        informer.AddHandler(change => seen.Enqueue(change.Type));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(cancel);

        cluster.Put("a", "one", "u2", []);
        await WaitUntil(() => seen.Count >= 3, cancel);
        await stop.CancelAsync();
        await running;

        Assert.Equal([InformerEventType.Added, InformerEventType.Deleted, InformerEventType.Added], seen);
    }

    [Fact]
    public async Task Index_follows_every_change()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var cluster = new ScriptedCluster(historyLength: 100);
        cluster.Put("a", "one", "u1", new JsonObject { ["owner"] = "x" });
        cluster.Put("b", "two", "u2", new JsonObject { ["owner"] = "x" });
        Informer<string> informer = InformerOf(cluster).WithIndex("owner", text => [KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(text)).At("data", "owner")!.ToString()]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(cancel);

        int before = informer.Cache.ByIndex("owner", "x").Length;
        cluster.Put("b", "two", "u2", new JsonObject { ["owner"] = "y" });
        await WaitUntil(() => informer.Cache.ByIndex("owner", "y").Length == 1, cancel);
        cluster.Remove("a", "one");
        await WaitUntil(() => informer.Cache.ByIndex("owner", "x").Length == 0, cancel);
        await stop.CancelAsync();
        await running;

        Assert.Equal(2, before);
    }

    [Fact]
    public async Task Handler_added_late_hears_of_what_is_there()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var cluster = new ScriptedCluster(historyLength: 100);
        cluster.Put("a", "one", "u1", []);
        Informer<string> informer = InformerOf(cluster);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(cancel);

        var seen = new List<ObjectKey>();
        informer.AddHandler(change => seen.Add(change.Key));
        await stop.CancelAsync();
        await running;

        Assert.Equal([new ObjectKey("a", "one")], seen);
    }

    private static Informer<string> InformerOf(ScriptedCluster cluster) => new(
        cluster, ConfigMaps, "", ListQuery.Everything, bytes => System.Text.Encoding.UTF8.GetString(bytes.Span),
        new InformerOptions { PageSize = 7 }, new CompressedTime(1_000_000), NullLogger.Instance);

    private static void Change(ScriptedCluster cluster, Random random)
    {
        string ns = random.Next(2) == 0 ? "a" : "b";
        string name = "n" + random.Next(40);
        if (random.Next(4) == 0)
            cluster.Remove(ns, name);
        else
            cluster.Put(ns, name, $"uid-{ns}-{name}", new JsonObject { ["v"] = random.Next(1000) });
    }

    private static void Mirror(ConcurrentDictionary<ObjectKey, string> mirror, InformerEvent<string> change)
    {
        if (change.New is null)
            mirror.TryRemove(change.Key, out _);
        else
            mirror[change.Key] = change.New;
    }

    private static KeyValuePair<ObjectKey, string> Keyed(string text) =>
        new(ObjectIdentity.Read(System.Text.Encoding.UTF8.GetBytes(text)).Key, text);

    private static async Task WaitUntil(Func<bool> condition, CancellationToken cancel)
    {
        while (!condition())
            await Task.Delay(1, cancel);
    }
}
