// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>
/// Asks all clusters at once for tasks, and puts together what they say. One that is down, refuses or hangs costs the others nothing but a moment: it is
/// waited for until all others are done and a little longer, unless it has begun to answer.
/// </summary>
internal sealed class TaskSurvey(TimeProvider time)
{
    /// <summary>For the first word of any cluster.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For the first word of a cluster when the others are done.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public async Task<FoundTasks> FindAsync(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, CancellationToken cancel)
    {
        Asked[] asked = [.. clusters.Select(cluster => new Asked(cluster, query, time, cancel))];
        try
        {
            await WaitAsync(asked, cancel);
            return Merge(asked, query);
        }
        finally
        {
            foreach (Asked one in asked)
                one.Dispose();
        }
    }

    /// <summary>What to say of a cluster that was waited for long enough.</summary>
    public static ClusterUnreachableException NoAnswer(HttpKubeApi cluster) => new(
        cluster.Cluster, $"cannot reach cluster \"{cluster.Cluster}\" at {cluster.Connection.Server.GetLeftPart(UriPartial.Authority)}: it gives no answer; what is shown is without it");

    private async Task WaitAsync(Asked[] asked, CancellationToken cancel)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            Asked[] open = [.. asked.Where(one => !one.Answer.IsCompleted)];
            if (open.Length == 0)
                return;
            TimeSpan left = open.Length < asked.Length && open.All(one => !one.IsHeard) ? Grace : Patience - time.GetElapsedTime(started);
            Task[] next = open.Any(one => !one.IsHeard) ? [.. open.Select(one => one.NextWord), Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancel)] : [.. open.Select(one => one.Answer)];
            Task first = await Task.WhenAny(next);
            cancel.ThrowIfCancellationRequested();
            if (first != next[^1] || next.Length == open.Length)
                continue;
            foreach (Asked silent in open.Where(one => !one.IsHeard))
                await silent.GiveUpAsync();
        }
    }

    private FoundTasks Merge(Asked[] asked, TaskQuery query)
    {
        var chooser = new TaskChooser(query.Selector.ByNameAlone, query.Order, query.Limit, time.GetUtcNow().ToUnixTimeSeconds());
        var faults = new List<Exception>();
        var parts = new List<(HttpKubeApi Cluster, TaskChoice Choice)>();
        foreach (Asked one in asked)
        {
            // A cluster may tell what is there and not what was.
            if (one.Fault is { } fault)
                faults.Add(fault);
            if (one.Choice is { } choice)
                parts.Add((one.Cluster, choice));
        }

        var apart = new List<PodTask>();
        var clusterOf = new Dictionary<PodTask, HttpKubeApi>(ReferenceEqualityComparer.Instance);
        foreach ((HttpKubeApi cluster, TaskChoice part) in parts)
        {
            foreach (PodTask task in part.Tasks)
            {
                clusterOf[task] = cluster;
                if (query.PastApart && task.PastRun.Length > 0)
                    apart.Add(task);
                else
                    chooser.Add(task);
            }
        }

        TaskChoice whole = chooser.Choose();
        ILookup<bool, PodTask> past = MeantBeside(whole.Tasks, apart, query.Selector.Patterns);
        if (apart.Count > 0)
            whole = whole with { Tasks = [.. whole.Tasks, .. past[true]], Total = whole.Total + past[true].Count() };
        // What a cluster has beyond the limit counts when what it has within it does.
        var chosen = new HashSet<HttpKubeApi>(whole.Tasks.Select(task => clusterOf[task]));
        long beyond = parts.Where(part => chosen.Contains(part.Cluster)).Sum(part => part.Choice.Total - part.Choice.Tasks.Count);
        return new FoundTasks(query, whole, whole.Total + beyond, [.. whole.Tasks.Select(task => new FoundTask(clusterOf[task], task))], faults, asked.Length > 1)
        {
            Aside = [.. past[false].Select(task => new FoundTask(clusterOf[task], task))],
            Revisions = parts.ToDictionary(part => part.Cluster, part => part.Choice.Revision),
        };
    }

    /// <summary>Parts tasks whose pods are gone: meant are those that a name fits as well as the best of what is there; where nothing is, as the best of them.</summary>
    private static ILookup<bool, PodTask> MeantBeside(IReadOnlyList<PodTask> present, List<PodTask> past, IReadOnlyList<TaskPattern> patterns)
    {
        TaskFit[] least = [.. patterns.Select(pattern => BestFit(pattern, present) is not TaskFit.None and var best ? best : BestFit(pattern, past))];
        return past.ToLookup(task => least.Length == 0 || patterns.Zip(least).Any(one => one.First.FitOf(task) is not TaskFit.None and var fit && fit <= one.Second));
    }

    private static TaskFit BestFit(TaskPattern pattern, IReadOnlyList<PodTask> tasks) => tasks.Select(pattern.FitOf).DefaultIfEmpty(TaskFit.None).Min();

    /// <summary>One cluster that is being asked.</summary>
    private sealed class Asked : IDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly TimeProvider _time;
        private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isGivenUp;

        public Asked(HttpKubeApi cluster, TaskQuery query, TimeProvider time, CancellationToken cancel)
        {
            (Cluster, _time) = (cluster, time);
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Answer = Task.Run(() => AskAsync(new TaskLister(cluster, time), query), CancellationToken.None);
        }

        public HttpKubeApi Cluster { get; }

        /// <summary>Ends when the cluster is done, one way or the other; never with a fault.</summary>
        public Task Answer { get; }
        public bool IsHeard => _heard.Task.IsCompleted;

        /// <summary>The first word while there was none, then the end.</summary>
        public Task NextWord => IsHeard ? Answer : _heard.Task;
        public TaskChoice? Choice { get; private set; }
        public Exception? Fault { get; private set; }

        public async Task GiveUpAsync()
        {
            _isGivenUp = true;
            await _stop.CancelAsync();
            await Answer;
        }

        public void Dispose() => _stop.Dispose();

        private async Task AskAsync(TaskLister lister, TaskQuery query)
        {
            try
            {
                ApiResult<TaskChoice> answer = await lister.ChooseAsync(query, () => _heard.TrySetResult(), _stop.Token);
                Choice = answer.Value;
                Fault = answer.Error is { } refused ? new CliException($"cluster \"{Cluster.Cluster}\" does not tell its tasks: {refused.Message}") : null;
                if (Choice is { } present)
                    Choice = await new PastTasks(Cluster, _time).AddToAsync(present, query, _stop.Token);
            }
            catch (ApiStatusException refused)
            {
                Fault = new CliException($"cluster \"{Cluster.Cluster}\" does not tell its past tasks: {refused.Message}");
            }
            catch (OperationCanceledException) when (_isGivenUp)
            {
                Fault = NoAnswer(Cluster);
            }
            catch (Exception fault)
            {
                Fault = fault;
            }
            finally
            {
                _heard.TrySetResult();
            }
        }
    }
}
