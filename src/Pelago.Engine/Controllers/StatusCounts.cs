// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>Counts as a status has them.</summary>
internal static class StatusCounts
{
    /// <summary>Zero is left out on the wire, as Go's omitempty does.</summary>
    public static int? NonZero(this int count) => count == 0 ? null : count;
}
