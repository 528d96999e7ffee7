// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Which tasks are asked for, in which order, and how many of them.</summary>
public sealed record TaskQuery
{
    public TaskSelector Selector { get; init; } = TaskSelector.Everything;
    public TaskOrder Order { get; init; } = TaskOrder.ById;

    /// <summary>At most so many; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Nothing was said of which tasks: none at all is no failure then.</summary>
    public bool IsEverything =>
        Selector is { Patterns.Count: 0, Namespace: "", Labels.IsEverything: true, Where.IsEmpty: true, Finished: not FinishedTasks.Only };
}
