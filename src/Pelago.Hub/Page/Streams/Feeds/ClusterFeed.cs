// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Hub.Page.Access;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>
/// Reads what a source is to have. Where the user may not see all namespaces, each in which he may is fed on its own, and they stand as one.
/// </summary>
internal sealed class ClusterFeed(RowSource source, PageSession session, VisibleNamespaces visible, TimeProvider time)
{
    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BeforeNextLook = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken cancel)
    {
        SubscriptionRequest request = source.Request;
        while (true)
        {
            ApiStatus refused = await FeedAsync(request.Namespace, source.Say, cancel);
            IReadOnlyList<string>? namespaces = refused.Code == 403 && request.Namespace.Length == 0 ? await visible.FindAsync(source.Cluster, request.Resource, cancel) : [];
            if (namespaces is { Count: > 0 })
            {
                await FeedEachAsync(namespaces, cancel);
                continue;
            }
            source.Say(refused.Code == 404 ? FeedState.Absent : namespaces is null ? FeedState.Unreachable : FeedState.Forbidden, refused.Message);
            await Task.Delay(namespaces is null ? BeforeNextLook : BeforeNextTry, time, cancel);
        }
    }

    /// <summary>Feeds the namespaces, and with them what is to be seen later, until nothing is. While nobody can say, all stay.</summary>
    private async Task FeedEachAsync(IReadOnlyList<string> namespaces, CancellationToken cancel)
    {
        var standing = new NamespaceStanding(source.Say);
        var feeds = new Dictionary<string, NamespaceFeed>(StringComparer.Ordinal);
        try
        {
            while (namespaces.Count > 0)
            {
                foreach (string gone in feeds.Keys.Except(namespaces).ToList())
                {
                    await feeds[gone].DisposeAsync();
                    feeds.Remove(gone);
                    standing.Forget(gone);
                }
                string[] added = [.. namespaces.Where(ns => !feeds.ContainsKey(ns))];
                foreach (string ns in added)
                    standing.Say(ns, FeedState.Connecting, "");
                foreach (string ns in added)
                    feeds[ns] = new NamespaceFeed(stop => FeedOneAsync(ns, (state, message) => standing.Say(ns, state, message), stop), cancel);
                await Task.Delay(BetweenLooks, time, cancel);
                namespaces = await visible.FindAsync(source.Cluster, source.Request.Resource, cancel) ?? namespaces;
            }
        }
        finally
        {
            foreach (NamespaceFeed feed in feeds.Values)
                await feed.DisposeAsync();
        }
    }

    private async Task FeedOneAsync(string ns, Action<FeedState, string> say, CancellationToken cancel)
    {
        while (true)
        {
            ApiStatus refused = await FeedAsync(ns, say, cancel);
            say(FeedState.Forbidden, refused.Message);
            await Task.Delay(BeforeNextTry, time, cancel);
        }
    }

    private async Task<ApiStatus> FeedAsync(string ns, Action<FeedState, string> say, CancellationToken cancel)
    {
        SubscriptionRequest request = source.Request;
        var sink = new RowFeedSink(source, say);
        var selection = new ListQuery { LabelSelector = request.LabelSelector, FieldSelector = request.FieldSelector };
        var feed = new ResourceFeed(() => session.ApiOf(source.Cluster), new ResourcePath(request.Resource, ns), selection, sink, time);
        try
        {
            return await feed.RunAsync(cancel);
        }
        finally
        {
            sink.Clear();
        }
    }

    private sealed class NamespaceFeed : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly Task _feed;

        public NamespaceFeed(Func<CancellationToken, Task> feed, CancellationToken cancel)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _feed = feed(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
