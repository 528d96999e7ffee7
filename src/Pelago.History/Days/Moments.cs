// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Days;

/// <summary>Moments as they are stored: microseconds since 1970.</summary>
internal static class Moments
{
    public static long Store(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Read(long stored) => DateTimeOffset.UnixEpoch.AddTicks(stored * TimeSpan.TicksPerMicrosecond);
}
