// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>How several namespaces stand, as one: as good as the worst of them.</summary>
internal sealed class NamespaceStanding(IReadOnlyList<string> namespaces, Action<FeedState, string> say)
{
    private const int MostNames = 5;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (FeedState State, string Message)> _each = namespaces.ToDictionary(ns => ns, _ => (FeedState.Connecting, ""), StringComparer.Ordinal);

    public void Say(string ns, FeedState state, string message)
    {
        lock (_gate)
        {
            _each[ns] = (state, message);
            (FeedState worst, string why) = _each.Values.MaxBy(each => Badness(each.State));
            say(worst, worst == FeedState.Live ? Seen() : why);
        }
    }

    private string Seen()
    {
        string more = namespaces.Count > MostNames ? $" and {namespaces.Count - MostNames} more" : "";
        return $"you see {(namespaces.Count == 1 ? "namespace" : "namespaces")} {string.Join(", ", namespaces.Take(MostNames))}{more}";
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
