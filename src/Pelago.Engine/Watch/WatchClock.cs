// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Engine.Resources;

namespace Pelago.Engine.Watch;

/// <summary>
/// When a watch ends and when its bookmarks are due: about each minute and shortly before the end. It ends early when its kind is no longer served as it was:
/// its client asks again, and meets the new form, or nothing.
/// </summary>
internal sealed class WatchClock
{
    private const int MinTimeoutSeconds = 1800;
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BookmarkBeforeEnd = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _end;
    private DateTimeOffset _bookmark;

    public WatchClock(ResourceKind kind, ListOptions options, TimeProvider time)
    {
        _time = time;
        Outdated = kind.Outdated;
        _end = time.GetUtcNow() + TimeSpan.FromSeconds(
            options.TimeoutSeconds is > 0 and { } asked ? Math.Min(asked, int.MaxValue) : MinTimeoutSeconds + Random.Shared.Next(MinTimeoutSeconds));

        // Not all watches at the same moment.
        _bookmark = options.AllowWatchBookmarks ? Next(BookmarkEvery * (0.75 + (Random.Shared.NextDouble() / 2))) : DateTimeOffset.MaxValue;
    }

    public bool IsOver => Outdated.IsCancellationRequested || _time.GetUtcNow() >= _end;

    /// <summary>Fires when the kind is no longer served as it was when the watch began.</summary>
    public CancellationToken Outdated { get; }

    /// <summary>Fires when something is due.</summary>
    public CancellationTokenSource Wake()
    {
        TimeSpan left = (_bookmark < _end ? _bookmark : _end) - _time.GetUtcNow();
        TimeSpan most = TimeSpan.FromHours(24);
        return new CancellationTokenSource(left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < most ? left : most, _time);
    }

    /// <summary>True once for each bookmark that is due.</summary>
    public bool TakeBookmark()
    {
        if (_time.GetUtcNow() < _bookmark)
            return false;
        _bookmark = Next(BookmarkEvery);
        return true;
    }

    private DateTimeOffset Next(TimeSpan after)
    {
        DateTimeOffset now = _time.GetUtcNow(), last = _end - BookmarkBeforeEnd;
        return now + after < last ? now + after : now < last ? last : DateTimeOffset.MaxValue;
    }
}
