// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Page.Streams.Feeds;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams;

/// <summary>
/// What one tab watches: its subscriptions, and the one response in which all that they tell goes out. It lives on for a while when the response breaks, and
/// tells the next one what was missed. Subscriptions change under a lock; one reader at a time writes frames.
/// </summary>
internal sealed class PageStream : IAsyncDisposable
{
    private const int MostSubscriptions = 256;
    private const int MostRows = 500_000;
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(50);
    private readonly FleetRegistry _fleet;
    private readonly TimeProvider _time;
    private readonly RowSources _sources;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly RowBudget _budget = new(MostRows);
    private readonly Signal _signal = new();
    private readonly CancellationTokenSource _ended;
    private readonly SemaphoreSlim _reading = new(1);
    private CancellationTokenSource? _reader;
    private long _number;
    private long _leftAt;
    private volatile bool _isFleetDue = true;
    private bool _isRead;

    public PageStream(PageSession session, RowSources sources, FleetRegistry fleet, TimeProvider time)
    {
        (Session, _sources, _fleet, _time) = (session, sources, fleet, time);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
        _leftAt = time.GetTimestamp();
        fleet.Changed += OnFleetChanged;
    }

    public string Id { get; } = Secrets.New();

    public PageSession Session { get; }

    public StreamTickets Tickets { get; } = new();

    /// <summary>Since when nobody reads it; null while somebody does.</summary>
    public TimeSpan? Unread
    {
        get
        {
            lock (_gate)
                return _isRead ? null : _time.GetElapsedTime(_leftAt);
        }
    }

    /// <summary>Adds a subscription; it is fed from now on.</summary>
    /// <exception cref="ApiStatusException">It cannot be taken.</exception>
    public void Add(JsonObject json)
    {
        var request = SubscriptionRequest.Read(json);
        var subscription = new Subscription(request, _budget, _signal.Raise, _time);
        lock (_gate)
        {
            if (_ended.IsCancellationRequested)
                return;
            if (_subscriptions.ContainsKey(request.Id))
                throw new ApiStatusException(new ApiStatus { Code = 409, Reason = StatusReason.AlreadyExists, Message = $"there is a subscription \"{request.Id}\" already" });
            if (_subscriptions.Count >= MostSubscriptions)
                throw new ApiStatusException(ApiStatus.TooManyRequests($"a stream has at most {MostSubscriptions} subscriptions: remove those that are not looked at", 0));
            _subscriptions[request.Id] = subscription;
            subscription.Prepare();
            subscription.Overrun.Token.Register(() => _ = LeaveAsync(subscription));
            Feed(subscription);
        }
    }

    /// <exception cref="ApiStatusException">It cannot be changed so.</exception>
    public void Change(JsonObject json)
    {
        Subscription subscription = Find(json.String("id") ?? "");
        if (!subscription.Reshape(json))
            return;
        lock (_gate)
        {
            foreach (string cluster in subscription.Clusters)
                _sources.Again(cluster, subscription);
        }
    }

    public void Remove(string id)
    {
        Subscription? gone;
        lock (_gate)
        {
            if (!_subscriptions.Remove(id, out gone))
                return;
        }
        _ = EndAsync(gone);
    }

    /// <summary>
    /// Writes frames until the reader leaves, another one comes, or the stream ends. <paramref name="after"/> is the last frame that was read; 0: none.
    /// </summary>
    public async Task WriteAsync(HttpContext http, long after)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _ended.Token);
        CancellationTokenSource? other;
        lock (_gate)
            (other, _reader) = (_reader, leave);
        if (other is not null)
            await CancelAsync(other);
        await _reading.WaitAsync(leave.Token);
        try
        {
            lock (_gate)
                _isRead = true;
            http.Response.ContentType = "application/x-ndjson";
            http.Response.Headers.CacheControl = "no-store";
            await WriteFramesAsync(http, after, leave.Token);
        }
        finally
        {
            lock (_gate)
            {
                if (ReferenceEquals(_reader, leave))
                    _reader = null;
                (_isRead, _leftAt) = (false, _time.GetTimestamp());
            }
            _reading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _fleet.Changed -= OnFleetChanged;
        List<Subscription> all;
        lock (_gate)
        {
            _ended.Cancel();
            all = [.. _subscriptions.Values];
            _subscriptions.Clear();
        }
        await Task.WhenAll(all.Select(EndAsync));
        await _reading.WaitAsync();
        _ended.Dispose();
        _reading.Dispose();
    }

    private async Task WriteFramesAsync(HttpContext http, long after, CancellationToken cancel)
    {
        var text = new FrameText();
        text.Document("hello", Math.Min(after, _number), new JsonObject { ["v"] = 1, ["stream"] = Id, ["ticket"] = Tickets.New() });
        bool isKnown = after <= _number;
        foreach (Subscription subscription in All())
            subscription.Rewind(isKnown ? after : 0);
        _isFleetDue = true;
        while (true)
        {
            long began = _time.GetTimestamp();
            TimeSpan? next = Collect(text);
            if (text.Written.Length > 0)
            {
                await http.Response.Body.WriteAsync(text.Written, cancel);
                await http.Response.Body.FlushAsync(cancel);
                text.Clear();
                TimeSpan left = BetweenFrames - _time.GetElapsedTime(began);
                if (next != TimeSpan.Zero && left > TimeSpan.Zero)
                    await Task.Delay(left, _time, cancel);
                continue;
            }
            if (!await _signal.WaitAsync(next < BetweenBeats ? next.Value : BetweenBeats, _time, cancel) && next is null)
                text.Beat();
        }
    }

    /// <summary>Whatever is to be told now; the time until more is, zero when it is at once.</summary>
    private TimeSpan? Collect(FrameText text)
    {
        if (_isFleetDue)
        {
            _isFleetDue = false;
            text.Document("clusters", ++_number, new JsonObject { ["items"] = FleetDocument.Items(Session) });
        }
        TimeSpan? soonest = null;
        foreach (Subscription subscription in All())
        {
            if (subscription.Tell(text, ref _number) is { } wait && (soonest is null || wait < soonest))
                soonest = wait;
        }
        return soonest;
    }

    private List<Subscription> All()
    {
        lock (_gate)
            return [.. _subscriptions.Values];
    }

    private Subscription Find(string id)
    {
        lock (_gate)
        {
            return _subscriptions.GetValueOrDefault(id)
                ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"there is no subscription \"{id}\"" });
        }
    }

    private void OnFleetChanged(object? sender, EventArgs what)
    {
        _isFleetDue = true;
        lock (_gate)
        {
            foreach (Subscription subscription in _subscriptions.Values)
                Feed(subscription);
        }
        _signal.Raise();
    }

    /// <summary>Has a subscription told of clusters that it is not told of yet, and ends that for clusters that are gone. Under the lock.</summary>
    private void Feed(Subscription subscription)
    {
        HashSet<string> wanted = [.. Session.Members.Select(member => member.Name).Where(subscription.Request.Wants)];
        foreach (string gone in subscription.Clusters.Where(name => !wanted.Contains(name)).ToList())
        {
            subscription.Clusters.Remove(gone);
            _ = _sources.DetachAsync(gone, subscription);
            subscription.Forget(gone);
        }
        foreach (string cluster in wanted.Where(subscription.Clusters.Add))
        {
            if (subscription.Overrun.IsCancellationRequested)
                continue;
            _sources.Attach(cluster, subscription.Request, subscription);
            // What it had all at once was too much, and that was told before this.
            if (subscription.Overrun.IsCancellationRequested)
                _ = _sources.DetachAsync(cluster, subscription);
        }
        foreach (string absent in subscription.Request.Clusters.Where(name => name != SubscriptionRequest.AllClusters && !wanted.Contains(name)))
            subscription.Say(absent, FeedState.Forbidden, $"this session has no cluster \"{absent}\"");
    }

    private async Task LeaveAsync(Subscription subscription)
    {
        string[] clusters;
        lock (_gate)
            clusters = [.. subscription.Clusters];
        await Task.WhenAll(clusters.Select(cluster => _sources.DetachAsync(cluster, subscription)));
    }

    private async Task EndAsync(Subscription subscription)
    {
        await LeaveAsync(subscription);
        subscription.Release();
        subscription.Overrun.Dispose();
    }

    private static async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this moment.
        }
    }
}
