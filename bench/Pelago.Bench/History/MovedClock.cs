// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Bench.History;

/// <summary>The clock of this machine, so many days on.</summary>
internal sealed class MovedClock : TimeProvider
{
    public int Days { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(Days);
}
