// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>
/// The sources of one session: each is read for as long as some subscription wants it. Another session has its own, for another user may see other things,
/// and so has another connection of the same one: it may have another token. For many threads.
/// </summary>
internal sealed class RowSources(PageSession session, FleetRegistry fleet, TimeProvider time)
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly VisibleNamespaces _visible = new(session, fleet, time);
    private readonly Dictionary<Place, Held> _sources = [];
    private readonly Dictionary<(IRowReader Reader, string Cluster), Held> _readers = [];

    /// <summary>Has a reader told of what a cluster has of what the request asks for.</summary>
    public void Attach(string cluster, SubscriptionRequest request, IRowReader reader)
    {
        var place = new Place(cluster, request.SourceKey, session.ApiOf(cluster));
        lock (_gate)
        {
            if (!_sources.TryGetValue(place, out Held? held))
                _sources[place] = held = Begin(place, request);
            _readers[(reader, cluster)] = held;
            held.Source.Attach(reader);
        }
    }

    /// <summary>Tells a reader everything once more.</summary>
    public void Again(string cluster, IRowReader reader)
    {
        lock (_gate)
        {
            if (_readers.TryGetValue((reader, cluster), out Held? held))
                held.Source.Again(reader);
        }
    }

    /// <summary>Nothing more is told to that reader. The last one to leave ends the source: what is to be waited for.</summary>
    public Task DetachAsync(string cluster, IRowReader reader)
    {
        Held? held;
        lock (_gate)
        {
            if (!_readers.Remove((reader, cluster), out held) || !held.Source.Detach(reader) || !held.Source.IsUnread)
                return Task.CompletedTask;
            _sources.Remove(held.Place);
        }
        return EndAsync(held);
    }

    private static async Task EndAsync(Held held)
    {
        await held.Stop.CancelAsync();
        await held.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        held.Stop.Dispose();
    }

    private Held Begin(Place place, SubscriptionRequest request)
    {
        var source = new RowSource(place.Cluster, request);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
        return new Held(place, source, stop, Task.Run(() => FeedAsync(source, stop.Token), CancellationToken.None));
    }

    /// <summary>A fault that nobody thought of is said and tried again: a source that is read no more would look as if nothing happened.</summary>
    private async Task FeedAsync(RowSource source, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await new ClusterFeed(source, session, _visible, time).RunAsync(cancel);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                source.Say(FeedState.Unreachable, fault.Message);
            }
            await Task.Delay(AfterFault, time, cancel);
        }
    }

    private readonly record struct Place(string Cluster, string Asked, HttpKubeApi? Connection);

    private sealed record Held(Place Place, RowSource Source, CancellationTokenSource Stop, Task Work);
}
