// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Which tasks are asked for, in which order, and how many of them.</summary>
public sealed record TaskQuery
{
    public TaskSelector Selector { get; init; } = TaskSelector.Everything;
    public TaskOrder Order { get; init; } = TaskOrder.ById;

    /// <summary>At most so many; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>What has to be known of each; null for everything but what is measured. Of the rest a task may say that it is not known.</summary>
    public IReadOnlyList<TaskField>? Fields { get; init; }

    /// <summary>Where tasks are wanted whose pods are gone: among so many of the newest runs of a cluster's history.</summary>
    public int PastRuns { get; init; } = 10_000;

    /// <summary>Tasks whose pods are gone do not take part in the choice of what fits a name best: what is there is chosen as if they were not, and those that fit as well are added.</summary>
    public bool PastApart { get; init; }

    /// <summary>What the query means in one cluster, where nobody needs to know how it is called elsewhere; null when it means nothing there.</summary>
    public TaskQuery? For(string cluster)
    {
        TaskPattern[] patterns = [.. Selector.Patterns.Select(pattern => pattern.Within(cluster)).OfType<TaskPattern>()];
        if (Selector.Patterns.Count > 0 && patterns.Length == 0 || Selector.Where.Within(cluster) is not { } where)
            return null;
        // Of several names each has tasks of its own, and a common limit could cut off all that fit one of them.
        return this with { Limit = Selector.Patterns.Count > 1 ? 0 : Limit, Selector = Selector with { Patterns = patterns, Where = where, Finished = Selector.EffectiveFinished } };
    }

    /// <summary>Nothing was said of which tasks: none at all is no failure then.</summary>
    public bool IsEverything =>
        Selector is { Patterns.Count: 0, Namespace: "", Labels.IsEverything: true, Where.IsEmpty: true, Finished: not FinishedTasks.Only };
}
