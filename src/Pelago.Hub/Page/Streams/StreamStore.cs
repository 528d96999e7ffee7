// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Page.Streams.Feeds;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams;

/// <summary>The streams of all sessions. For many threads.</summary>
internal sealed class StreamStore(FleetRegistry fleet, TimeProvider time) : IAsyncDisposable
{
    private const int MostOfASession = 64;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, PageStream> _streams = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<PageSession, RowSources> _sources = [];

    public PageStream Begin(PageSession session)
    {
        if (_streams.Values.Count(stream => ReferenceEquals(stream.Session, session)) >= MostOfASession)
            throw new ApiStatusException(ApiStatus.TooManyRequests($"a session has at most {MostOfASession} streams: close tabs, or wait a minute", 60));
        RowSources sources = _sources.GetValue(session, each => new RowSources(each, fleet, time));
        var stream = new PageStream(session, sources, fleet, time);
        _streams[stream.Id] = stream;
        return stream;
    }

    /// <summary>Null as well when its session is over.</summary>
    public PageStream? Find(string id) => _streams.TryGetValue(id, out PageStream? stream) && !stream.Session.IsOver ? stream : null;

    public async Task EndAsync(PageStream stream)
    {
        if (_streams.TryRemove(stream.Id, out _))
            await stream.DisposeAsync();
    }

    /// <summary>Ends streams that nobody has read for a while, and those of sessions that are over.</summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(BetweenSweeps, time, cancel);
            foreach (PageStream stream in _streams.Values.Where(stream => stream.Unread > Memory || stream.Session.IsOver))
                await EndAsync(stream);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PageStream stream in _streams.Values)
            await EndAsync(stream);
    }
}
