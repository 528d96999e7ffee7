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

    /// <summary>Of work at several places: unreachable when none of them could be reached, failed when some did not do it.</summary>
    /// <param name="faults">The codes of those that did not.</param>
    public static int Of(IReadOnlyCollection<int> faults, int places)
    {
        if (faults.Count == 0)
            return Done;
        return faults.Count == places && faults.All(code => code == Unreachable) ? Unreachable : Failed;
    }
}
