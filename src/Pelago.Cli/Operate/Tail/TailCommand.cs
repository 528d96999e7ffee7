// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Tail;

/// <summary><c>pelago tail</c>: the last lines of logs and files, and with -f what is written, by tasks that come later too.</summary>
internal static class TailCommand
{
    /// <summary>Of so many newest runs of a cluster's history: tasks that came and went between two looks.</summary>
    private const int JustEnded = 200;

    public static Command Build()
    {
        Argument<string> name = TaskOptions.Checked(new Argument<string>("task") { Description = "Name, beginning or part of a name, glob or /regex/" });
        Argument<string[]> files = CatCommand.FilesArgument();
        var letters = PartLetters.OfTail();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written: by new tasks, after restarts and rotations too" };
        var order = new Option<bool>("--order") { Description = "With -f, of logs: merge the lines of all by their time" };
        var prefix = new Option<bool>("--prefix") { Description = "Each line begins with its task and file" };
        var times = new Option<bool>("--timestamps") { Description = "Of logs: each line with its time" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No headers with the name of the task" };
        var command = new Command("tail", "Print the last lines of logs and files of tasks, and follow them").WithExamples("""
            pelago tail web
            pelago tail -n +2 -q web report.csv        all but its first line
            pelago tail -f web                         also tasks of that name that start later
            pelago tail -f -n 0 --order --prefix '*'   everything, as one log in the order of time
            pelago tail -f web logs/access.log
            """);
        command.Arguments.Add(name);
        command.Arguments.Add(files);
        var tasks = new TaskOptions(takenLetters: "n");
        tasks.AddTo(command);
        letters.AddTo(command);
        foreach (Option option in new Option[] { follow, order, prefix, times, quiet })
            command.Options.Add(option);
        TaskNames.Offer(name, tasks);
        RemotePaths.Offer(files, TextName.Logs, (parsed, most, cancel) =>
            tasks.FindAsync(parsed, new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetRequiredValue(name)), Limit = most, Fields = [] }, cancel));
        command.SetAction((parsed, cancel) =>
        {
            var wanted = new TailWanted
            {
                Texts = TextName.Of(parsed.GetValue(files)), Part = letters.Read(parsed), Follow = parsed.GetValue(follow),
                IsOrdered = parsed.GetValue(order), HasPrefix = parsed.GetValue(prefix), HasTimes = parsed.GetValue(times), IsQuiet = parsed.GetValue(quiet),
            };
            if (wanted.IsOrdered && (!wanted.Follow || wanted.Texts.Any(text => !text.IsLog)))
                throw new CliException("--order: only followed logs have times to be merged by: -f, and log, stdout or stderr", ExitCode.Usage);
            if (wanted.Part.IsBytes && (wanted.IsOrdered || wanted.HasTimes))
                throw new CliException("--bytes: what is written is counted, and has no times: without --timestamps and --order", ExitCode.Usage);
            var query = new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetRequiredValue(name)), Fields = [TaskFields.Uid, TaskFields.Restarts] };
            return StandardOutput.UseAsync(async output => await RunAsync(await tasks.ConnectAsync(parsed, cancel), query, wanted, output), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, TailWanted wanted, StandardOutput output)
    {
        try
        {
            var survey = new TaskSurvey(TimeProvider.System);
            TaskQuery later = query with { PastRuns = JustEnded, PastApart = true, Selector = query.Selector with { Finished = query.Selector.Finished == FinishedTasks.Only ? FinishedTasks.Only : FinishedTasks.Included } };
            FoundTasks? before = wanted.Follow ? await survey.FindAsync(clusters, later, output.Token) : null;
            FoundTasks found = await survey.FindAsync(clusters, query, output.Token);
            found.Explain();
            if (!wanted.Follow && found.Tasks.Count == 0)
                return found.ExitCode;
            var faults = new Faults();
            using var lines = new TailOutput(output, wanted);
            var session = new TailSession(wanted, lines, faults, TimeProvider.System);
            if (before is not null)
                await session.FollowAsync(found, before, NextOf(clusters, later, found), output.Token);
            else
                await session.PrintAsync(found, output.Token);
            return faults.Code(found);
        }
        finally
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
        }
    }

    /// <param name="clusters">Where to look.</param>
    /// <param name="query">For what.</param>
    /// <param name="explained">What was said of the first look.</param>
    private static Func<FoundTasks, CancellationToken, Task<FoundTasks>> NextOf(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, FoundTasks explained)
    {
        var said = new HashSet<string>(explained.Faults, StringComparer.Ordinal);
        var survey = new TaskSurvey(TimeProvider.System);
        var changes = new TaskChanges(clusters, query, TimeProvider.System);
        return async (seen, cancel) =>
        {
            await changes.NextAsync(seen, cancel);
            FoundTasks found = await survey.FindAsync(clusters, query, cancel);
            foreach (string fault in found.Faults.Where(said.Add))
                await Console.Error.WriteLineAsync($"pelago: {fault}");
            return found;
        };
    }
}
