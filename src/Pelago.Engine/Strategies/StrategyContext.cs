// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Strategies;

/// <summary>What a strategy knows of the write it takes part in.</summary>
internal sealed class StrategyContext
{
    public required ResourceKind Kind { get; init; }
    public required string Version { get; init; }
    public required UserInfo User { get; init; }

    /// <summary>Of the write, to the second.</summary>
    public required DateTimeOffset Now { get; init; }
    public bool DryRun { get; init; }

    /// <summary>Empty, or the name of a Part subresource.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>What is wrong with the object; PrepareFor… may put something here, too.</summary>
    public FieldErrors Errors { get; } = new();

    /// <summary>What PrepareFor… took for this write, for <see cref="ResourceStrategy.Abandoned"/>.</summary>
    public object? Reserved { get; set; }

    /// <summary>Texts for Warning headers.</summary>
    public required ICollection<string> Warnings { get; init; }
}
