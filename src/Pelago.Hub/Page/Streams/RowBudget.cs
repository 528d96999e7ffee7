// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams;

/// <summary>How many rows all subscriptions of a stream may hold together. For many threads.</summary>
internal sealed class RowBudget(int most)
{
    private int _used;

    /// <summary>Whether somebody who held so many may hold so many now.</summary>
    public bool TryMove(int before, int now)
    {
        if (now <= before)
        {
            Interlocked.Add(ref _used, now - before);
            return true;
        }
        if (Interlocked.Add(ref _used, now - before) <= most)
            return true;
        Interlocked.Add(ref _used, before - now);
        return false;
    }
}
