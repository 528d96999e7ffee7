// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Lines;

namespace Pelago.Node.Files;

/// <summary>Which files are wanted; what is not said takes all.</summary>
internal sealed record FindQuery
{
    public Glob? Name { get; init; }

    /// <summary>Letters of find -type.</summary>
    public string Types { get; init; } = "";
    public long Smallest { get; init; }
    public long Biggest { get; init; } = long.MaxValue;
    public DateTimeOffset? NewerThan { get; init; }
    public int Depth { get; init; } = int.MaxValue;

    public bool Takes(in WalkStep step)
    {
        FileFacts facts = step.Facts;
        return (Name is null || Name.Matches(step.Path[(step.Path.LastIndexOf('/') + 1)..]))
            && (Types.Length == 0 || Types.Contains(facts.Type, StringComparison.Ordinal))
            && facts.Size >= Smallest && facts.Size <= Biggest && (NewerThan is not { } time || facts.Modified > time);
    }
}
