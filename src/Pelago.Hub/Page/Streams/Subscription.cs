// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Page.Streams.Feeds;
using Pelago.Hub.Page.Streams.Rows;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams;

/// <summary>
/// One subscription: its rows, how it stands at each cluster, and what of both the page was told. Sources write, the stream reads; a lock is between them.
/// </summary>
internal sealed class Subscription(SubscriptionRequest request, RowBudget budget, Action changed, TimeProvider time) : IRowReader
{
    private const int MostRows = 200_000;
    private static readonly TimeSpan BetweenGroups = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenWindows = TimeSpan.FromMilliseconds(500);
    private readonly Lock _gate = new();
    private readonly RowTable _table = new(request.Group.Count > 0 ? request.Columns.Count + 1 : request.Columns.Count);
    private readonly RowGroups? _groups = request.Group.Count > 0 ? new RowGroups(request.Columns.Count, request.Group) : null;
    private readonly Dictionary<string, Standing> _standings = new(StringComparer.Ordinal);
    private RowShape _shape = request.Shape;
    private ApiStatus? _error;
    private bool _errorTold;
    private long _settledAt;
    private int _counted;

    public SubscriptionRequest Request { get; } = request;

    /// <summary>Fires when it has too much and is over; its owner disposes of it.</summary>
    public CancellationTokenSource Overrun { get; } = new();

    /// <summary>From which clusters it is told; for its owner.</summary>
    public HashSet<string> Clusters { get; } = new(StringComparer.Ordinal);

    private int Count => _groups?.Count ?? _table.Count;

    /// <exception cref="ApiStatusException">What cannot be read of its shape.</exception>
    public void Prepare() => Reshape(new JsonObject());

    public void Begin(string cluster)
    {
        lock (_gate)
        {
            _groups?.Begin(cluster);
            Account();
        }
    }

    public void Put(string key, string cluster, byte[][] cells, byte[][]? before)
    {
        lock (_gate)
        {
            if (_error is not null)
                return;
            if (_groups is not null)
                _groups.Put(cluster, cells, before);
            else
                _table.Put(key, cluster, cells);
            Account();
        }
        changed();
    }

    public void Remove(string key, string cluster, byte[][] cells)
    {
        lock (_gate)
        {
            if (_groups is not null)
                _groups.Remove(cluster, cells);
            else
                _table.Remove(key);
            Account();
        }
        changed();
    }

    public void Say(string cluster, FeedState state, string message)
    {
        lock (_gate)
        {
            if (_standings.TryGetValue(cluster, out Standing? before) && before.State == state && before.Message == message)
                return;
            _standings[cluster] = new Standing(state, message, time.GetUtcNow()) { IsTold = false };
        }
        changed();
    }

    /// <summary>Nothing more is told of the cluster, and what was is gone.</summary>
    public void Forget(string cluster)
    {
        lock (_gate)
        {
            _standings.Remove(cluster);
            if (_groups is not null)
                _groups.Forget(cluster);
            else
                _table.RemoveOf(cluster);
            Account();
        }
        changed();
    }

    /// <summary>It is over, and nothing is told to it any more.</summary>
    public void Release()
    {
        lock (_gate)
            budget.TryMove(_counted, 0);
    }

    /// <summary>True: it has to be told all rows again.</summary>
    /// <exception cref="ApiStatusException">What cannot be read of the change.</exception>
    public bool Reshape(JsonObject change)
    {
        bool again;
        lock (_gate)
        {
            _shape = SubscriptionRequest.ReadShape(change, _shape, _groups is null ? Request.Columns.Count : Request.Columns.Count + 1);

            // Groups are of what the filter leaves, so it is not for the rows that they make.
            _table.Reshape(_groups is null ? _shape : _shape with { Words = [] });
            again = _groups?.Filter(_shape.Words) == true;
            _settledAt = 0;
        }
        changed();
        return again;
    }

    /// <summary>The page was told up to that frame, and is to be told again what came after it.</summary>
    public void Rewind(long after)
    {
        lock (_gate)
        {
            _table.Rewind(after);
            _errorTold = false;
            foreach (Standing standing in _standings.Values)
                standing.IsTold = false;
        }
    }

    /// <summary>Writes what is to be told: at most one frame of rows. The time until there is more to tell; null when nothing is known of that.</summary>
    public TimeSpan? Tell(FrameText text, ref long number)
    {
        lock (_gate)
        {
            foreach ((string cluster, Standing standing) in _standings)
            {
                if (standing.IsTold)
                    continue;
                standing.IsTold = true;
                text.Document("status", ++number, standing.ToJson(Request.Id, cluster));
            }
            if (_error is not null)
            {
                if (!_errorTold)
                    text.Document("error", ++number, new JsonObject { ["sub"] = Request.Id, ["status"] = _error.ToJson() });
                _errorTold = true;
                return null;
            }
            if (!_table.IsDirty && _groups?.IsDirty != true)
                return null;
            if (Wait() is { } wait)
                return wait;
            _settledAt = time.GetTimestamp();
            _groups?.Settle(_table);
            var frame = new RowFrame();
            if (_table.Tell(number + 1, frame))
                text.Rows(++number, Request.Id, frame);
            return _table.IsDirty ? TimeSpan.Zero : null;
        }
    }

    private TimeSpan? Wait()
    {
        TimeSpan between = _groups is not null ? BetweenGroups : _table.IsCostly ? BetweenWindows : TimeSpan.Zero;
        TimeSpan since = _settledAt == 0 ? between : time.GetElapsedTime(_settledAt);
        return since < between ? between - since : null;
    }

    private void Account()
    {
        if (_error is not null)
            return;
        int count = Count;
        bool fits = budget.TryMove(_counted, count);
        _counted = fits ? count : _counted;
        if (fits && count <= MostRows)
            return;
        _error = new ApiStatus
        {
            Code = 413, Reason = StatusReason.RequestEntityTooLarge,
            Message = fits
                ? $"there are more than {MostRows} objects: ask for fewer with a selector or a namespace"
                : "this page watches too many objects at once: close what is not looked at, or ask for fewer with selectors",
        };
        Overrun.CancelAfter(TimeSpan.Zero); // not here: locks are held
    }

    private sealed record Standing(FeedState State, string Message, DateTimeOffset Since)
    {
        public required bool IsTold { get; set; }

        public JsonObject ToJson(string subscription, string cluster)
        {
            var json = new JsonObject { ["sub"] = subscription, ["cluster"] = cluster, ["state"] = State.ToString().ToLowerInvariant() };
            if (Message.Length > 0)
                json["message"] = Message;
            json["since"] = Since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
            return json;
        }
    }
}
