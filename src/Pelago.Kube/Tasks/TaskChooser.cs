// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// Chooses among tasks that are shown to it one after the other, and keeps only those that may be chosen. What clusters choose by
/// <see cref="TaskQuery.For"/>, shown to another chooser with <see cref="TaskSelector.ByNameAlone"/>, gives the choice of the whole.
/// </summary>
/// <param name="limit">At most so many are kept; 0 for all.</param>
/// <param name="now">Seconds since 1970.</param>
public sealed class TaskChooser(TaskSelector selector, TaskOrder order, int limit, long now)
{
    private readonly TopTasks _top = new((left, right) => order.Compare(left, right, now), limit);
    private readonly List<Candidate> _candidates = [];
    private readonly TaskFit[] _best = [.. selector.Patterns.Select(_ => TaskFit.None)];
    private readonly bool _isActivePreferred = selector.EffectiveFinished == FinishedTasks.WhenNothingRuns;
    private PodTask? _lastEnded;

    public void Add(PodTask task)
    {
        if (!selector.Admits(task, now))
            return;
        if (_best.Length == 0)
        {
            if (_isActivePreferred && task.State.IsFinished())
                _lastEnded = Later(_lastEnded, task);
            else
                _top.Add(task);
            return;
        }

        for (int i = 0; i < _best.Length; i++)
        {
            TaskFit fit = selector.Patterns[i].FitOf(task);
            if (fit == TaskFit.None || fit > _best[i])
                continue;
            _best[i] = fit;
            _candidates.Add(new Candidate(task, i, fit));
        }
    }

    /// <summary>The choice among all that were shown. Called once.</summary>
    public TaskChoice Choose()
    {
        var ended = new List<PodTask>();
        if (_best.Length == 0 && _top.Total == 0 && _lastEnded is not null)
            ended.Add(_lastEnded);
        var unmatched = new List<string>();
        var seen = new HashSet<PodTask>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _best.Length; i++)
        {
            PodTask? lastEnded = null;
            bool isActive = false;
            foreach (Candidate candidate in _candidates.Where(candidate => candidate.Pattern == i && candidate.Fit == _best[i]))
            {
                bool isFinished = candidate.Task.State.IsFinished();
                isActive |= !isFinished;
                if (_isActivePreferred && isFinished)
                    lastEnded = Later(lastEnded, candidate.Task);
                else if (seen.Add(candidate.Task))
                    _top.Add(candidate.Task);
            }

            if (_best[i] == TaskFit.None)
                unmatched.Add(selector.Patterns[i].Spelling);
            else if (!isActive && lastEnded is not null && seen.Add(lastEnded))
                ended.Add(lastEnded);
        }

        ended.ForEach(_top.Add);
        return new TaskChoice(_top.Sorted(), _top.Total, unmatched, ended);
    }

    /// <summary>Which of two ended last; of pods that failed before they ran, which is the younger.</summary>
    private static PodTask Later(PodTask? one, PodTask other)
    {
        if (one is null)
            return other;
        int order = Moment(one).CompareTo(Moment(other));
        return order != 0 ? order > 0 ? one : other : PodTask.CompareIds(one, other) < 0 ? one : other;
    }

    private static long Moment(PodTask task) => task.Finished > 0 ? task.Finished : task.Pod.Created;

    private readonly record struct Candidate(PodTask Task, int Pattern, TaskFit Fit);
}
