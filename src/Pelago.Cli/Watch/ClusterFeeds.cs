// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>The feeds of all clusters that are watched, under way. One that fails does not end the others.</summary>
internal sealed class ClusterFeeds : IAsyncDisposable
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly CancellationTokenSource _stop;
    private readonly List<Running> _feeds = [];

    private ClusterFeeds(CancellationTokenSource stop) => _stop = stop;

    /// <summary>Every cluster that answers has told all its pods once, and one has answered.</summary>
    public bool HasState => _feeds.TrueForAll(feed => feed.Picture.HasState || feed.Task.IsFaulted) && _feeds.Exists(feed => feed.Picture.HasState);

    /// <summary>What is wrong at present, for people; empty when all is well.</summary>
    public string Note => _feeds.Select(Trouble).FirstOrDefault(trouble => trouble is not null) ?? "";

    /// <summary>Why there is nothing to watch any more.</summary>
    public Exception? Fault => _feeds.TrueForAll(feed => feed.Task.IsFaulted) ? FaultOf(_feeds[0]) : null;

    /// <summary>Why clusters are not watched any more.</summary>
    public IEnumerable<Exception> Faults => _feeds.Select(FaultOf).OfType<Exception>();

    public static ClusterFeeds Start(
        IReadOnlyList<HttpKubeApi> clusters, LivePicture picture, string ns, ListQuery selection, TimeProvider time, CancellationToken cancel)
    {
        var feeds = new ClusterFeeds(CancellationTokenSource.CreateLinkedTokenSource(cancel));
        foreach (HttpKubeApi cluster in clusters)
        {
            var feed = new CellFeed(cluster, new ResourcePath(Pods, ns), selection, time);
            var part = new ClusterPicture(picture, clusters.Count > 1 ? cluster.Cluster : "");
            feeds._feeds.Add(new Running(cluster.Cluster, feed, part, Task.Run(() => feed.RunAsync(part, feeds._stop.Token), CancellationToken.None)));
        }

        return feeds;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Running feed in _feeds)
            await feed.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static string? Trouble(Running feed) =>
        FaultOf(feed)?.Message ?? feed.Feed.Trouble ?? (feed.Picture.HasState ? null : $"reading the pods of cluster {feed.Cluster}");

    private static Exception? FaultOf(Running feed) => feed.Task.Exception?.InnerException;

    private sealed record Running(string Cluster, CellFeed Feed, ClusterPicture Picture, Task Task);
}
