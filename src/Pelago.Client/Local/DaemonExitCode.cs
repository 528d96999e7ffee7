// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>How <c>pelagod</c> says why it ended, beside the words in its log.</summary>
public static class DaemonExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Another daemon has the home: whoever started this one can wait for the other.</summary>
    public const int HomeTaken = 75;
}
