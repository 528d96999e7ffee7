// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Spdy;

/// <summary>The streams of a connection and which directions of them are open. A stream that has ended both ways is forgotten.</summary>
internal sealed class StreamTable(int max)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (bool Sends, bool Receives)> _streams = [];

    /// <summary>The newest number that the client has used.</summary>
    public int Last { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
                return _streams.Count;
        }
    }

    /// <summary>False when there are too many; a number that cannot be a new one is a <see cref="SpdyException"/>.</summary>
    public bool TryOpen(int id)
    {
        lock (_gate)
        {
            if (id % 2 == 0 || id <= Last)
                throw new SpdyException($"a new stream numbered {id} after {Last}; odd numbers that grow are a client's");
            Last = id;
            if (_streams.Count >= max)
                return false;
            _streams[id] = (Sends: true, Receives: true);
            return true;
        }
    }

    public bool CanSend(int id)
    {
        lock (_gate)
            return _streams.TryGetValue(id, out (bool Sends, bool Receives) state) && state.Sends;
    }

    public bool CanReceive(int id)
    {
        lock (_gate)
            return _streams.TryGetValue(id, out (bool Sends, bool Receives) state) && state.Receives;
    }

    /// <summary>True the first time.</summary>
    public bool EndSending(int id) => End(id, state => (state with { Sends = false }, state.Sends));

    /// <summary>True the first time.</summary>
    public bool EndReceiving(int id) => End(id, state => (state with { Receives = false }, state.Receives));

    public bool Remove(int id)
    {
        lock (_gate)
            return _streams.Remove(id);
    }

    private bool End(int id, Func<(bool Sends, bool Receives), ((bool Sends, bool Receives) Now, bool Was)> change)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue(id, out (bool Sends, bool Receives) state))
                return false;
            ((bool Sends, bool Receives) now, bool was) = change(state);
            if (now is { Sends: false, Receives: false })
                _streams.Remove(id);
            else
                _streams[id] = now;
            return was;
        }
    }
}
