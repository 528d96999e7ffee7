// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>Which objects the store deletes by itself, and when. Used by the writer thread alone.</summary>
internal sealed class ExpiryQueue
{
    private readonly Dictionary<(ResourceState, ObjectKey), Expiry> _expiries = [];
    private readonly PriorityQueue<Expiry, long> _byTime = new();

    /// <summary>Unix seconds; null when nothing expires.</summary>
    public long? NextDue => PeekLive(out Expiry? next) ? next.At : null;

    /// <summary>Takes note of an object as it is now; <paramref name="at"/> 0 means that it does not expire (any more).</summary>
    public void Track(ResourceState resource, ObjectKey key, long revision, long at)
    {
        if (at == 0)
        {
            _expiries.Remove((resource, key));
            return;
        }
        var expiry = new Expiry(resource, key, revision, at);
        _expiries[(resource, key)] = expiry;
        _byTime.Enqueue(expiry, at);
        // Objects that are written again and again leave their old entries behind.
        if (_byTime.Count > (2 * _expiries.Count) + 1024)
            Rebuild();
    }

    /// <summary>The next objects that are due, at most so many, taken out of the queue: <see cref="Return"/> puts them back.</summary>
    public List<Expiry> Due(long now, int most)
    {
        var due = new List<Expiry>();
        while (due.Count < most && PeekLive(out Expiry? next) && next.At <= now)
        {
            _byTime.Dequeue();
            due.Add(next);
        }
        return due;
    }

    /// <summary>Puts back what could not be deleted.</summary>
    public void Return(List<Expiry> due)
    {
        foreach (Expiry expiry in due)
            _byTime.Enqueue(expiry, expiry.At);
    }

    private bool PeekLive([NotNullWhen(true)] out Expiry? next)
    {
        while (_byTime.TryPeek(out next, out _))
        {
            if (_expiries.GetValueOrDefault((next.Resource, next.Key)) == next)
                return true;
            _byTime.Dequeue();
        }
        return false;
    }

    private void Rebuild()
    {
        _byTime.Clear();
        foreach (Expiry expiry in _expiries.Values)
            _byTime.Enqueue(expiry, expiry.At);
    }
}

/// <summary>An object as of a revision, and the Unix second at which it goes.</summary>
internal sealed record Expiry(ResourceState Resource, ObjectKey Key, long Revision, long At);
