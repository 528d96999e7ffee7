// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>Why the log of a run is missing, or not whole.</summary>
public static class LogLoss
{
    /// <summary>The container's process was never started.</summary>
    public const string NeverStarted = "NeverStarted";

    /// <summary>The runtime left no log file.</summary>
    public const string NoFile = "NoFile";

    /// <summary>Its files were removed before anybody read them: no agent ran, or the container was there for a moment only.</summary>
    public const string Removed = "Removed";

    /// <summary>The node kept only the newest of its files before the run ended.</summary>
    public const string Rotated = "Rotated";

    /// <summary>It is longer than what is kept of one run.</summary>
    public const string Truncated = "Truncated";

    /// <summary>History has no room; the run is recorded without its log.</summary>
    public const string NoRoom = "NoRoom";

    /// <summary>Its files could not be read.</summary>
    public const string Unreadable = "Unreadable";

    public static bool IsKnown(string word) => word is NeverStarted or NoFile or Removed or Rotated or Truncated or NoRoom or Unreadable;
}
