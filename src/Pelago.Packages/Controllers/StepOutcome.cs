// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Controllers;

/// <summary>How a step went: done, not yet, or refused in a way that no waiting mends. The words are for people.</summary>
internal readonly record struct StepOutcome(bool IsDone, bool IsFailed, string Words)
{
    public static readonly StepOutcome Done = new(true, false, "");

    public static StepOutcome Waits(string words) => new(false, false, words);

    public static StepOutcome Failed(string words) => new(false, true, words);
}
