// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class TaskChooserTests
{
    private static readonly Gen<(string[] Patterns, string Where, string Labels, string Ns, int Finished)> AnySelector = Gen.Select(
        AnyTask.OneOf("web", "web-1", "b", "shop/web", "east/shop/web", "*-1*", "/[0-9]/", "nothing", "db-0.app").Array[0, 2],
        AnyTask.OneOf("", "restarts>1", "node~rack7", "cluster=west", "state=failed|running", "age<2500s"), AnyTask.OneOf("", "", "colour=blue", "!colour"),
        AnyTask.OneOf("", "", "shop"), Gen.Int[0, 2]);

    private static readonly Gen<(string Order, int Limit)> AnyOrder = Gen.Select(AnyTask.OneOf("", "cpu", "cpu:asc", "state,age:desc", "node:desc,restarts"), Gen.Int[0, 5]);

    [Fact]
    public void A_choice_is_what_the_words_say() => Gen.Select(AnyTask.Many, AnySelector, AnyOrder).Sample((tasks, asked, order) =>
    {
        TaskSelector selector = Selector(asked);

        TaskChoice choice = Choose(selector, order, tasks);

        PodTask[] expected = [.. Naive(selector, tasks)];
        Assert.Equal(expected.Length, choice.Total);
        Assert.Equal(InOrder(expected, order).Select(task => task.QualifiedId), choice.Tasks.Select(task => task.QualifiedId));
    });

    [Fact]
    public void The_choice_of_the_choices_of_parts_is_the_choice_of_the_whole() => Gen.Select(AnyTask.Many, AnySelector, AnyOrder).Sample((tasks, asked, order) =>
    {
        TaskSelector selector = Selector(asked);
        var query = new TaskQuery { Selector = selector, Order = Order(order.Order), Limit = order.Limit };
        IEnumerable<PodTask> parts = tasks.GroupBy(task => task.Pod.Cluster).SelectMany(part =>
            query.For(part.Key) is { } own ? Choose(own.Selector, (order.Order, own.Limit), part).Tasks : []);

        TaskChoice merged = Choose(selector.ByNameAlone, order, parts);

        TaskChoice whole = Choose(selector, order, tasks);
        Assert.Equal(whole.Tasks, merged.Tasks);
        Assert.Equal(whole.Unmatched, merged.Unmatched);
        Assert.Equal(whole.LastEnded, merged.LastEnded);
    });

    [Fact]
    public void What_ended_last_is_taken_when_nothing_runs_and_named()
    {
        PodTask[] tasks = [Ended("job-1", 50), Ended("job-2", 20), Ended("job-3", 70)];

        TaskChoice choice = Choose(Selector((["job"], "", "", "", 0)), ("", 0), tasks);

        Assert.Equal([tasks[1]], choice.Tasks);
        Assert.Equal(choice.Tasks, choice.LastEnded);
        Assert.Empty(Choose(Selector((["job"], "", "", "", 0)), ("", 0), [.. tasks, Ended("job-4", 10) with { State = TaskState.Running }]).LastEnded);
    }

    private static PodTask Ended(string pod, long ago) => new()
    {
        Pod = new TaskPod { Namespace = "shop", Name = pod }, Container = "c", State = TaskState.Finished, Finished = AnyTask.Now - ago,
    };

    private static TaskChoice Choose(TaskSelector selector, (string Order, int Limit) order, IEnumerable<PodTask> tasks)
    {
        var chooser = new TaskChooser(selector, Order(order.Order), order.Limit, AnyTask.Now);
        foreach (PodTask task in tasks)
            chooser.Add(task);
        return chooser.Choose();
    }

    private static TaskOrder Order(string text)
    {
        Assert.True(TaskOrder.TryParse(text, out TaskOrder? order, out string? error), error);
        return order;
    }

    private static TaskSelector Selector((string[] Patterns, string Where, string Labels, string Ns, int Finished) asked)
    {
        Assert.True(TaskConditions.TryParse(asked.Where, out TaskConditions? where, out string? error), error);
        return new TaskSelector
        {
            Patterns = [.. asked.Patterns.Select(text => TaskPattern.TryParse(text, out TaskPattern? pattern, out _) ? pattern : throw new FormatException(text))],
            Where = where, Labels = LabelSelector.Parse(asked.Labels), Namespace = asked.Ns, Finished = (FinishedTasks)asked.Finished,
        };
    }

    /// <summary>The grammar in its own words: all texts made, all fits listed, everything sorted.</summary>
    private static IEnumerable<PodTask> Naive(TaskSelector selector, PodTask[] tasks)
    {
        bool allStates = selector.Finished != FinishedTasks.WhenNothingRuns || selector.Where.SaysWhichStates;
        PodTask[] admitted = [.. tasks.Where(task =>
            (selector.Namespace == "" || task.Pod.Namespace == selector.Namespace) && selector.Labels.Matches(task.Pod.Labels) && selector.Where.Matches(task, AnyTask.Now)
            && (selector.Finished != FinishedTasks.Only || task.State is TaskState.Finished or TaskState.Failed))];
        if (selector.Patterns.Count == 0)
            return Living(admitted, allStates);
        return selector.Patterns.SelectMany(pattern =>
        {
            var fits = admitted.GroupBy(task => NaiveFit(pattern.Spelling, task)).Where(group => group.Key is not null).OrderBy(group => group.Key).FirstOrDefault();
            return Living(fits?.ToArray() ?? [], allStates);
        }).Distinct();
    }

    private static IEnumerable<PodTask> Living(PodTask[] tasks, bool allStates)
    {
        PodTask[] living = [.. tasks.Where(task => allStates || task.State is not (TaskState.Finished or TaskState.Failed))];
        return living.Length > 0 ? living
            : tasks.OrderByDescending(task => task.Finished > 0 ? task.Finished : task.Pod.Created).ThenBy(Key, StringComparer.Ordinal).Take(1);
    }

    private static int? NaiveFit(string pattern, PodTask task)
    {
        string[] names = pattern.Count(c => c == '/') switch
        {
            0 => [task.Name, task.Pod.Name],
            1 => [task.Id, $"{task.Pod.Namespace}/{task.Pod.Name}"],
            _ => [task.QualifiedId, $"{task.Pod.Cluster}/{task.Pod.Namespace}/{task.Pod.Name}"],
        };
        if (pattern.StartsWith('/'))
            return task.Id.Any(char.IsAsciiDigit) ? 5 : null;
        if (pattern == "*-1*")
            return names.Any(name => name.Contains("-1", StringComparison.Ordinal)) ? 4 : null;
        return names.Contains(pattern) ? 1
            : names[0].StartsWith(pattern, StringComparison.Ordinal) ? 2
            : names[0].Contains(pattern, StringComparison.Ordinal) && !pattern.StartsWith("east", StringComparison.Ordinal) ? 3 : null;
    }

    private static string Key(PodTask task) => string.Join('\0', task.Pod.Cluster, task.Pod.Namespace, task.Pod.Name, task.Container);

    private static IEnumerable<PodTask> InOrder(PodTask[] tasks, (string Order, int Limit) order)
    {
        IOrderedEnumerable<PodTask> sorted = order.Order switch
        {
            "cpu" => tasks.OrderBy(task => task.CpuRequest < 0).ThenByDescending(task => task.CpuRequest),
            "cpu:asc" => tasks.OrderBy(task => task.CpuRequest < 0).ThenBy(task => task.CpuRequest),
            "state,age:desc" => tasks.OrderBy(task => task.State).ThenBy(task => task.Pod.Created),
            "node:desc,restarts" => tasks.OrderBy(task => task.Pod.Node == "").ThenByDescending(task => task.Pod.Node, StringComparer.Ordinal).ThenByDescending(task => task.Restarts),
            _ => tasks.OrderBy(_ => 0),
        };
        IEnumerable<PodTask> all = sorted.ThenBy(Key, StringComparer.Ordinal);
        return order.Limit > 0 ? all.Take(order.Limit) : all;
    }
}
