// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>How pods end with their daemon.</summary>
public static class PodStop
{
    /// <summary>How many seconds a pod may take, when its own grace period is not shorter: it is not deleted, it starts again.</summary>
    public const int GraceSeconds = 10;
}
