// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli;

/// <summary>The exit codes of the command contract; scripts depend on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Failed, or partly failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage, or an ambiguous name.</summary>
    public const int Usage = 2;
    public const int NothingMatched = 3;

    /// <summary>A cluster could not be reached; the rest was printed.</summary>
    public const int Unreachable = 4;
}
