// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>
/// One line of <c>pelago watch -o json</c>. The states from <paramref name="Pending"/> to <paramref name="Failed"/> add up to <paramref name="Pods"/>; the rest are
/// seen beside them.
/// </summary>
/// <param name="Nodes">Those that have pods.</param>
/// <param name="Waiting">A container waits for what may never come: an image, the next attempt after a crash.</param>
/// <param name="Unknown">Their node gives no answer.</param>
/// <param name="Changes">Since the line before.</param>
internal sealed record WatchCount(
    DateTimeOffset Time, int Pods, int Nodes, int Pending, int Scheduled, int Starting, int Running, int Ready, int Terminating, int Succeeded, int Failed,
    int Unschedulable, int Waiting, int Unknown, int Restarted, long Changes)
{
    public static WatchCount Of(PodTally tally, DateTimeOffset time, long changesBefore) => new(
        time, tally.Pods, tally.Nodes, tally[CellState.Pending], tally[CellState.Scheduled], tally[CellState.Starting], tally[CellState.Running], tally[CellState.Ready],
        tally[CellState.Terminating], tally[CellState.Succeeded], tally[CellState.Failed],
        tally[CellFlags.Unschedulable], tally[CellFlags.Waiting], tally[CellFlags.Unknown], tally[CellFlags.Restarted], tally.Changes - changesBefore);
}
