// SPDX-License-Identifier: Apache-2.0

using Pelago.Hub.Page.Access;

namespace Pelago.Hub.Page.Streams;

/// <summary>What opens a stream where the session's cookie is not sent; each is good once, and some may be out at a time. For many threads.</summary>
internal sealed class StreamTickets
{
    private const int Most = 4;
    private readonly Lock _gate = new();
    private readonly Queue<string> _good = new();

    public string New()
    {
        string ticket = Secrets.New();
        lock (_gate)
        {
            _good.Enqueue(Secrets.KeyOf(ticket));
            if (_good.Count > Most)
                _good.Dequeue();
        }
        return ticket;
    }

    public bool Take(string ticket)
    {
        string key = Secrets.KeyOf(ticket);
        lock (_gate)
        {
            if (!_good.Contains(key, StringComparer.Ordinal))
                return false;
            string[] others = [.. _good.Where(good => good != key)];
            _good.Clear();
            foreach (string other in others)
                _good.Enqueue(other);
            return true;
        }
    }
}
