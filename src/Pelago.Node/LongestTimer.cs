// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node;

/// <summary>What a timer here is set to at most, whatever a pod says; timers take no more than 49 days.</summary>
internal static class LongestTimer
{
    public const int Seconds = 4_000_000;
}
