// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The tasks that were chosen.</summary>
/// <param name="Tasks">In the order asked for, at most as many as asked for.</param>
/// <param name="Total">How many there were before the limit cut them.</param>
/// <param name="Unmatched">Patterns that nothing fits, as they were typed.</param>
/// <param name="LastEnded">What was taken although it has ended, because nothing runs that was meant.</param>
public sealed record TaskChoice(IReadOnlyList<PodTask> Tasks, long Total, IReadOnlyList<string> Unmatched, IReadOnlyList<PodTask> LastEnded)
{
    /// <summary>Of what state of the cluster this is: changes after it are asked for by it. Empty where that is not known.</summary>
    public string Revision { get; init; } = "";

    public static readonly TaskChoice Nothing = new([], 0, [], []);
}
