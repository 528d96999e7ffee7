// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Tail;

/// <summary><c>pelago tail</c>: the last lines of logs and files, and with -f what is written, by tasks that come later too.</summary>
internal static class TailCommand
{
    private const int UsualLines = 10;

    public static Command Build()
    {
        Argument<string> name = TaskOptions.Checked(new Argument<string>("task") { Description = "Name, beginning or part of a name, glob or /regex/" });
        Argument<string[]> files = CatCommand.FilesArgument();
        Option<int?> lines = CommandOptions.Number("--lines", $"So many lines (default: {UsualLines})", "N", 0, int.MaxValue);
        lines.Aliases.Add("-n");
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written: by new tasks, after restarts and rotations too" };
        var order = new Option<bool>("--order") { Description = "With -f, of logs: merge the lines of all by their time" };
        var prefix = new Option<bool>("--prefix") { Description = "Each line begins with its task and file" };
        var times = new Option<bool>("--timestamps") { Description = "Of logs: each line with its time" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No headers with the name of the task" };
        var command = new Command("tail", "Print the last lines of logs and files of tasks, and follow them").WithExamples("""
            pelago tail web
            pelago tail -f web                         also tasks of that name that start later
            pelago tail -f -n 0 --order --prefix '*'   everything, as one log in the order of time
            pelago tail -f web logs/access.log
            """);
        command.Arguments.Add(name);
        command.Arguments.Add(files);
        var tasks = new TaskOptions(takenLetters: "n");
        tasks.AddTo(command);
        foreach (Option option in new Option[] { lines, follow, order, prefix, times, quiet })
            command.Options.Add(option);
        TaskNames.Offer(command, name, tasks);
        command.SetAction((parsed, cancel) =>
        {
            var wanted = new TailWanted
            {
                Texts = TextName.Of(parsed.GetValue(files)), Lines = parsed.GetValue(lines) ?? UsualLines, Follow = parsed.GetValue(follow),
                IsOrdered = parsed.GetValue(order), HasPrefix = parsed.GetValue(prefix), HasTimes = parsed.GetValue(times), IsQuiet = parsed.GetValue(quiet),
            };
            if (wanted.IsOrdered && (!wanted.Follow || wanted.Texts.Any(text => !text.IsLog)))
                throw new CliException("--order: only followed logs have times to be merged by: -f, and log, stdout or stderr", ExitCode.Usage);
            var query = new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetRequiredValue(name)) };
            return StandardOutput.UseAsync(output => RunAsync(tasks.Connect(parsed), query, wanted, output), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, TailWanted wanted, StandardOutput output)
    {
        try
        {
            var survey = new TaskSurvey(TimeProvider.System);
            FoundTasks found = await survey.FindAsync(clusters, query, output.Token);
            found.Explain();
            if (!wanted.Follow && found.Tasks.Count == 0)
                return found.ExitCode;
            var faults = new Faults();
            using var lines = new TailOutput(output, wanted);
            var session = new TailSession(wanted, lines, faults, TimeProvider.System);
            if (wanted.Follow)
                await session.FollowAsync(found, cancel => survey.FindAsync(clusters, query, cancel), output.Token);
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
}
