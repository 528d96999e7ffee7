// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Controllers;

/// <summary>The digest of the kept release; or, in words, why there is none: for ever, or until something else is there.</summary>
internal sealed record PlannedRelease(string Digest, StepOutcome Outcome)
{
    /// <summary>Texts that no words about it are to have, its own neither.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];
}
