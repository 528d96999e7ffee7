// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>What all resources together may keep of their events. Used by the writer thread alone.</summary>
internal sealed class HistoryBudget(int maxEvents, long maxBytes)
{
    /// <summary>However busy others are, a resource keeps this part of the whole, so that its watches survive.</summary>
    private const int LeastShare = 16;

    private long _bytes;

    public int MaxEvents { get; } = Math.Max(1, maxEvents);

    public void Charge(long bytes) => _bytes += bytes;

    public bool MustShed(long ofOneResource) => _bytes > maxBytes && ofOneResource > maxBytes / LeastShare;
}
