// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Retention;

/// <summary>Which runs of a day outlive it.</summary>
internal enum KeptRuns
{
    Pinned,
    FailedAndPinned,
}

/// <summary>What became of a day.</summary>
internal readonly record struct PrunedDay(long Dropped, long Kept);
