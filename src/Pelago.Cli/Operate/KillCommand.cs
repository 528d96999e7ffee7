// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago kill</c>: ends tasks, which is to delete their pods: containers of one pod end together.</summary>
internal static class KillCommand
{
    private const int AtOnce = 8;
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly TaskField[] Needed = [TaskFields.Uid, TaskFields.Owner];

    public static Command Build()
    {
        var tasks = new TaskOptions();
        Argument<string[]> names = TaskOptions.Checked(new Argument<string[]>("task") { Description = "Name, beginning or part of a name, glob or /regex/", Arity = ArgumentArity.OneOrMore });
        var all = new Option<bool>("--all") { Description = "All pods that match, not just one" };
        Option<int?> grace = CommandOptions.Number("--grace", "Seconds that the task has to end by itself (default: what its pod says)", "SECONDS", 0, 86_400);
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("kill", "End tasks: delete the pods that they are in").WithExamples("""
            pelago kill web-6f9b7c5d48-x2x9p          what manages it starts another one
            pelago kill -w 'state=waiting,restarts>20' '*' --all
            pelago kill job --grace 0                 at once
            """);
        command.Arguments.Add(names);
        tasks.AddTo(command);
        foreach (Option option in new Option[] { all, grace, quiet })
            command.Options.Add(option);
        TaskNames.Offer(names, tasks);
        command.SetAction(async (parsed, cancel) =>
        {
            var query = new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetValue(names)!), Fields = Needed };
            using FoundTasks found = await tasks.FindAsync(parsed, query, cancel);
            bool takesFinished = query.Selector.Finished != FinishedTasks.WhenNothingRuns || query.Selector.Where.SaysWhichStates;
            List<FoundTask> pods = [.. found.Tasks.Where(task => takesFinished || !task.Task.State.IsFinished()).DistinctBy(task => (task.Cluster, task.Task.Pod.Namespace, task.Task.Pod.Name))];
            if (pods.Count > 1 && !parsed.GetValue(all))
                found.RefuseSeveral("kill", pods, "write more of its name, or --all");
            if (pods.Count == 0 && found.Tasks.Count > 0)
                throw new CliException($"kill: {found.NameOf(found.Tasks[0].Task)} has ended already; -i deletes its pod", ExitCode.NothingMatched);
            found.Explain(parsed.GetValue(quiet));
            var faults = new Faults();
            await KillAsync(pods, faults, found.SeveralClusters, parsed.GetValue(grace), parsed.GetValue(quiet), cancel);
            int code = faults.Code(found);
            return pods.Count == 0 && code == ExitCode.Done ? ExitCode.NothingMatched : code;
        });
        return command;
    }

    /// <summary>All of them, some at a time; one that cannot be killed, or hangs, takes nothing from the others. Each is told when it is done.</summary>
    private static async Task KillAsync(IReadOnlyList<FoundTask> pods, Faults faults, bool severalClusters, int? grace, bool isQuiet, CancellationToken cancel)
    {
        var gate = new Lock();
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(pods, bound, async (found, killing) =>
        {
            TaskPod pod = found.Task.Pod;
            string name = severalClusters ? $"{pod.Cluster}/{pod.Namespace}/{pod.Name}" : $"{pod.Namespace}/{pod.Name}";
            try
            {
                await KillAsync(found, grace, killing);
            }
            catch (Exception fault) when (Faults.Takes(fault))
            {
                faults.Add($"{name} was not killed", fault);
                return;
            }
            if (isQuiet)
                return;
            lock (gate)
                Console.Out.WriteLine($"{name}\tkilled{(pod.Owner.Length > 0 ? $"\t{pod.Owner} may start another one" : "")}");
        });
    }

    private static async Task KillAsync(FoundTask found, int? grace, CancellationToken cancel)
    {
        TaskPod pod = found.Task.Pod;
        // The uid, so that one that took the place of the one that was meant is left alone.
        var query = new DeleteQuery { GracePeriodSeconds = grace, Uid = pod.Uid.Length > 0 ? pod.Uid : null };
        ApiResult answer = await found.Cluster.DeleteAsync(new ResourcePath(Pods, pod.Namespace, pod.Name), query, cancel);
        if (answer.Error is { IsNotFound: false } error)
            throw new ApiStatusException(error);
    }
}
