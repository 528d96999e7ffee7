// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>Puts what a feed tells into the rows of a source, and knows which of them are this feed's.</summary>
internal sealed class RowFeedSink(RowSource source, Action<FeedState, string> say) : IFeedSink
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private HashSet<string>? _listed;

    public void Say(FeedState state, string message) => say(state, message);

    public void BeginList() => _listed = new HashSet<string>(StringComparer.Ordinal);

    public void Put(ReadOnlyMemory<byte> item)
    {
        string key = source.Put(item);
        _keys.Add(key);
        _listed?.Add(key);
    }

    public void Remove(ReadOnlyMemory<byte> item)
    {
        string key = source.KeyOf(item);
        _keys.Remove(key);
        source.Remove(key);
    }

    public void EndList()
    {
        if (_listed is not { } listed)
            return;
        foreach (string gone in _keys.Where(key => !listed.Contains(key)).ToList())
        {
            _keys.Remove(gone);
            source.Remove(gone);
        }
        _listed = null;
    }

    /// <summary>The feed is over: its rows go.</summary>
    public void Clear()
    {
        foreach (string key in _keys)
            source.Remove(key);
        _keys.Clear();
        _listed = null;
    }
}
