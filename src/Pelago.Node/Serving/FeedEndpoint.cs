// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;
using Pelago.Kube.Lines;
using Pelago.Node.Feeds;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Volumes;

namespace Pelago.Node.Serving;

/// <summary>
/// /taskLogs/NAMESPACE/POD/CONTAINER/feed and /taskFiles/NAMESPACE/POD/CONTAINER/feed?path=P: a log or a file in pieces that say where one goes on after
/// them, so that nothing is lost or comes twice when the connection breaks, or files are rotated, or the container starts again. Followed until the
/// container's present attempt has ended.
/// </summary>
internal sealed class FeedEndpoint(IContainerPlaces places, LogSignals signals, TimeProvider time)
{
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly (string Name, TextSide Side, bool IsBytes)[] Parts =
    [
        ("tailLines", TextSide.Last, false), ("tailBytes", TextSide.Last, true), ("skipLines", TextSide.AllButFirst, false), ("skipBytes", TextSide.AllButFirst, true),
    ];

    public async Task LogAsync(HttpContext http)
    {
        IQueryCollection query = http.Request.Query;
        var records = new LogQuery { Stream = query.Stream(), Timestamps = query.IsTrue("timestamps") };
        using ContainerLogPlace log = await PlaceAsync(http);
        var output = new FeedWriter(http.Response.Body);
        using var feed = new Feed(new LogFeedFiles(Path.GetDirectoryName(log.Path)!), records, output);
        await RunAsync(http, feed, output, () => signals.NextChange(log.Path), log.UntilEnd);
    }

    public async Task FileAsync(HttpContext http)
    {
        string asked = http.Request.Query["path"].ToString();
        (BeneathPath found, ContainerRoot root) = await FileEndpoint.FindAsync(places, http, asked);
        using (found)
            FileEndpoint.FileOf(found, asked);

        // The root of a process is there as long as the process; held, it stays when the process ends.
        using BeneathPath? rootHeld = root.IsFileSystem ? BeneathPath.OpenInRoot(root.Path, ".") : null;
        if (!await root.IsStillThere(http.RequestAborted))
            throw new ApiStatusException(ApiStatus.BadRequest($"container {http.Route("container")} of pod {http.Route("pod")} has just ended, and its files with it"));
        ContainerRoot held = root with { Path = rootHeld?.Path ?? root.Path };
        using PlainFeedFiles files = FilesOf(held, asked);
        using ContainerLogPlace log = await PlaceAsync(http);
        var output = new FeedWriter(http.Response.Body);
        using var feed = new Feed(files, null, output);
        await RunAsync(http, feed, output, () => Task.Delay(BetweenLooks, time, http.RequestAborted), log.UntilEnd);
    }

    private static PlainFeedFiles FilesOf(ContainerRoot root, string asked)
    {
        // The rotated ones are beside what a link leads to.
        string path = root.IsFileSystem ? asked : Path.GetRelativePath(root.Path, SafePath.Resolve(root.Path, asked) ?? root.Path);
        string parent = Path.GetDirectoryName(path) ?? "";
        BeneathPath? directory = FileEndpoint.Open(root, parent.Length == 0 ? "." : parent);
        if (directory is { IsDirectory: false })
        {
            directory.Dispose();
            directory = null;
        }
        return new PlainFeedFiles(directory, Path.GetFileName(path), () => FileEndpoint.Open(root, asked));
    }

    private Task<ContainerLogPlace> PlaceAsync(HttpContext http) =>
        places.LogAsync(http.Route("namespace"), http.Route("pod"), http.Route("container"), previous: false, http.RequestAborted);

    private async Task RunAsync(HttpContext http, Feed feed, FeedWriter output, Func<Task> nextChange, Func<CancellationToken, Task> untilEnd)
    {
        CancellationToken cancel = http.RequestAborted;
        Begin(feed, http.Request.Query);
        http.Response.ContentType = "application/vnd.pelago.feed";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Request.Query.IsTrue("follow"))
            await FollowAsync(feed, output, nextChange, untilEnd, cancel);
        else
            await feed.DrainAsync(cancel);
        await output.EndAsync(cancel);
    }

    private async Task FollowAsync(Feed feed, FeedWriter output, Func<Task> nextChange, Func<CancellationToken, Task> untilEnd, CancellationToken cancel)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task ended = untilEnd(watching.Token), beat = Task.Delay(BetweenBeats, time, watching.Token);
        try
        {
            // From the first moment on one knows where to go on, also of a text that is empty.
            await feed.DrainAsync(cancel);
            await feed.BeatAsync(cancel);
            await output.FlushAsync(cancel);
            while (!ended.IsCompleted)
            {
                // In this order: what is written after the signal was asked for wakes it.
                Task change = nextChange();
                await feed.DrainAsync(cancel);
                if (beat.IsCompleted)
                {
                    await feed.BeatAsync(cancel);
                    beat = Task.Delay(BetweenBeats, time, watching.Token);
                }
                await output.FlushAsync(cancel);
                await Task.WhenAny(change, ended, beat).WaitAsync(cancel);
            }
            await feed.DrainAsync(cancel);
        }
        finally
        {
            await watching.CancelAsync();
            await Task.WhenAll(ended, beat).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TextPart? PartOf(IQueryCollection query)
    {
        foreach ((string name, TextSide side, bool isBytes) in Parts)
        {
            if (query.Number(name, least: 0) is not { } count)
                continue;
            return isBytes && query.IsTrue("timestamps")
                ? throw new ApiStatusException(ApiStatus.BadRequest($"{name}: what a log holds is counted without the times: not together with timestamps"))
                : new TextPart(side, count, isBytes);
        }
        return null;
    }

    private static void Begin(Feed feed, IQueryCollection query)
    {
        string position = query["position"].ToString();
        if (position.Length == 0)
            feed.BeginWith(PartOf(query), query.IsTrue("allAttempts"));
        else if (FeedPosition.TryParse(position, out FeedPosition at))
            feed.BeginAt(at);
        else
            throw new ApiStatusException(ApiStatus.BadRequest($"position: \"{position}\" is none that a feed has said"));
    }
}
