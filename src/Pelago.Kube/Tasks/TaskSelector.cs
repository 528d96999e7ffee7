// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What becomes of tasks that will not run again.</summary>
public enum FinishedTasks
{
    /// <summary>They are left out, unless nothing else is there: then the one that ended last is taken.</summary>
    WhenNothingRuns,

    /// <summary>They are taken as the others are.</summary>
    Included,

    /// <summary>Only they are.</summary>
    Only,
}

/// <summary>Which tasks are meant. Everything that is said must hold; of several patterns one.</summary>
public sealed record TaskSelector
{
    public static readonly TaskSelector Everything = new();

    /// <summary>Empty: any name.</summary>
    public IReadOnlyList<TaskPattern> Patterns { get; init; } = [];

    /// <summary>Empty: all namespaces.</summary>
    public string Namespace { get; init; } = "";
    public LabelSelector Labels { get; init; } = LabelSelector.Everything;
    public TaskConditions Where { get; init; } = TaskConditions.None;
    public FinishedTasks Finished { get; init; }

    /// <summary>The same without what can be judged only where the tasks are known whole.</summary>
    public TaskSelector ByNameAlone => this with { Namespace = "", Labels = LabelSelector.Everything, Where = TaskConditions.None, Finished = EffectiveFinished };

    /// <summary>Who asks for states gets them.</summary>
    internal FinishedTasks EffectiveFinished => Finished == FinishedTasks.WhenNothingRuns && Where.SaysWhichStates ? FinishedTasks.Included : Finished;

    /// <summary>Whether a task could be among those that are chosen, whatever else there is.</summary>
    public bool MayMean(PodTask task) => Admits(task, now: 0) && MayFit(task);

    /// <summary>Whether one of the names fits a task, however well.</summary>
    public bool MayFit(PodTask task) => Patterns.Count == 0 || Patterns.Any(pattern => pattern.FitOf(task) != TaskFit.None);

    /// <summary>Everything but the names.</summary>
    /// <param name="now">Seconds since 1970.</param>
    internal bool Admits(PodTask task, long now) =>
        (Namespace.Length == 0 || task.Pod.Namespace == Namespace)
        && (Finished != FinishedTasks.Only || task.State.IsFinished())
        && (Labels.IsEverything || Labels.Matches(task.Pod.Labels))
        && Where.Matches(task, now);
}
