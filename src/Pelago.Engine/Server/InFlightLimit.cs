// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>At most so many requests at one time; the others are told to come again. Watches and streams do not count.</summary>
internal sealed class InFlightLimit(int most)
{
    private int _inFlight;

    public int Current => Volatile.Read(ref _inFlight);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inFlight) <= most)
            return true;
        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    public static ApiStatus TooMany() =>
        ApiStatus.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds: 1);
}
