// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>How several namespaces stand, as one: as good as the worst of them.</summary>
internal sealed class NamespaceStanding(Action<FeedState, string> say)
{
    private const int MostNames = 5;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (FeedState State, string Message)> _each = new(StringComparer.Ordinal);

    public void Say(string ns, FeedState state, string message)
    {
        lock (_gate)
        {
            _each[ns] = (state, message);
            SayAll();
        }
    }

    /// <summary>It is seen no more.</summary>
    public void Forget(string ns)
    {
        lock (_gate)
        {
            if (_each.Remove(ns) && _each.Count > 0)
                SayAll();
        }
    }

    private void SayAll()
    {
        (FeedState worst, string why) = _each.Values.MaxBy(each => Badness(each.State));
        say(worst, worst == FeedState.Live ? Seen() : why);
    }

    private string Seen()
    {
        string more = _each.Count > MostNames ? $" and {_each.Count - MostNames} more" : "";
        return $"you see {(_each.Count == 1 ? "namespace" : "namespaces")} {string.Join(", ", _each.Keys.Take(MostNames))}{more}";
    }

    private static int Badness(FeedState state) => state switch
    {
        FeedState.Live => 0,
        FeedState.Loading => 1,
        FeedState.Connecting => 2,
        FeedState.Stale => 3,
        _ => 4,
    };
}
