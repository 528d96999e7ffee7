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
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken cancel)
    {
        SubscriptionRequest request = source.Request;
        while (true)
        {
            ApiStatus refused = await FeedAsync(request.Namespace, source.Say, cancel);
            IReadOnlyList<string> namespaces = refused.Code == 403 && request.Namespace.Length == 0 ? await visible.FindAsync(source.Cluster, request.Resource, cancel) : [];
            if (namespaces.Count > 0)
            {
                await FeedEachAsync(namespaces, cancel);
                continue;
            }
            source.Say(refused.Code == 404 ? FeedState.Absent : FeedState.Forbidden, refused.Message);
            await Task.Delay(BeforeNextTry, time, cancel);
        }
    }

    /// <summary>Feeds the namespaces until others are to be seen.</summary>
    private async Task FeedEachAsync(IReadOnlyList<string> namespaces, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var standing = new NamespaceStanding(namespaces, source.Say);
        Task[] feeds = [.. namespaces.Select(ns => FeedOneAsync(ns, (state, message) => standing.Say(ns, state, message), stop.Token))];
        try
        {
            do
                await Task.Delay(BetweenLooks, time, cancel);
            while (namespaces.SequenceEqual(await visible.FindAsync(source.Cluster, source.Request.Resource, cancel)));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(feeds).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
