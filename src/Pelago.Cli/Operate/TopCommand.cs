// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago top</c>: the tasks that use most, again and again on a terminal, once elsewhere.</summary>
internal static class TopCommand
{
    private const int UsualLimit = 20;
    private static readonly TaskField[] Columns =
        [TaskFields.Id, TaskFields.State, TaskFields.CpuUsed, TaskFields.MemoryUsed, TaskFields.CpuLimit, TaskFields.MemoryLimit, TaskFields.Restarts, TaskFields.Node];

    public static Command Build()
    {
        var tasks = new TaskOptions();
        Argument<string[]> names = TaskOptions.Checked(new Argument<string[]>("task") { Description = "Only these tasks (default: all)", Arity = ArgumentArity.ZeroOrMore });
        Option<string?> sort = PsCommand.SortOption();
        sort.Description = "Sort by fields (default: cpuused)";
        Option<int?> limit = CommandOptions.Number("--limit", $"At most so many, 0 for all (default: as the terminal has lines, else {UsualLimit})", "N", 0, int.MaxValue);
        Option<int?> every = CommandOptions.Number("--every", "Seconds between two looks (default: 2)", "SECONDS", 1, 3600);
        var once = new Option<bool>("--once") { Description = "Print once, also on a terminal" };
        var command = new Command("top", "The tasks that use most processor or memory").WithExamples("""
            pelago top                       q ends it
            pelago top --sort memused --all-clusters
            pelago top -w 'node~rack7' --once
            """);
        command.Arguments.Add(names);
        tasks.AddTo(command);
        foreach (Option option in new Option[] { sort, limit, every, once })
            command.Options.Add(option);
        TaskNames.Offer(names, tasks);
        command.SetAction(async (parsed, cancel) =>
        {
            var query = new TaskQuery
            {
                Selector = tasks.Selector(parsed, parsed.GetValue(names) ?? []),
                Order = PsCommand.OrderOf(parsed.GetValue(sort) ?? TaskFields.CpuUsed.Name),
                Limit = parsed.GetValue(limit) ?? UsualLimit, Fields = Columns,
            };
            IReadOnlyList<HttpKubeApi> clusters = await tasks.ConnectAsync(parsed, cancel);
            try
            {
                if (parsed.GetValue(once) || !Style.IsScreen)
                    return await PrintAsync(clusters, query, cancel);
                return await FollowAsync(clusters, query, parsed.GetValue(limit) is null, TimeSpan.FromSeconds(parsed.GetValue(every) ?? 2), cancel);
            }
            finally
            {
                foreach (HttpKubeApi cluster in clusters)
                    cluster.Dispose();
            }
        });
        return command;
    }

    private static async Task<int> PrintAsync(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, CancellationToken cancel)
    {
        using FoundTasks found = await new TaskSurvey(TimeProvider.System).FindAsync(clusters, query, cancel);
        if (found.Tasks.Count > 0)
            TaskColumns.Print(found.Tasks.Select(task => task.Task), ColumnsOf(found), Now(), hasHeader: true);
        found.Explain();
        if (found.Tasks.Count > 0 && found.Tasks.All(task => task.Task.CpuUsed < 0))
            Console.Error.WriteLine("what these use is not known: it is not measured yet, or the cluster serves no metrics.k8s.io");
        return found.ExitCode;
    }

    private static async Task<int> FollowAsync(IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, bool fillsScreen, TimeSpan every, CancellationToken cancel)
    {
        using Stream output = Console.OpenStandardOutput();
        using var terminal = new Terminal(output);
        var screen = new Screen(output, Style.Allowed);
        var survey = new TaskSurvey(TimeProvider.System);
        int code = ExitCode.Done;
        while (!cancel.IsCancellationRequested)
        {
            (int width, int height) = Terminal.Size;
            int lines = Math.Max(1, height - 2);
            using FoundTasks found = await survey.FindAsync(clusters, fillsScreen ? query with { Limit = lines } : query, cancel);
            Draw(screen, width, height, found);
            code = found.ExitCode;
            if (terminal.ReadKey(every, cancel) == 'q')
                break;
        }

        return code;
    }

    private static void Draw(Screen screen, int width, int height, FoundTasks found)
    {
        IReadOnlyList<TaskField> columns = ColumnsOf(found);
        var text = new StringWriter(CultureInfo.InvariantCulture);
        TaskColumns.PrintTo(text, found.Tasks.Select(task => task.Task), columns, Now(), hasHeader: true);
        screen.Clear(width, height);
        screen.Put(0, 0, string.Create(CultureInfo.InvariantCulture, $"{found.Total:N0} tasks{(found.HasFaults ? "; " + found.Fault : "")}"), Ink.Bold);
        string[] lines = text.ToString().Split('\n');
        for (int i = 0; i < lines.Length && i + 1 < height; i++)
            screen.Put(0, i + 1, lines[i], i == 0 ? Ink.Dim : Ink.Plain);
        screen.Flush();
    }

    private static IReadOnlyList<TaskField> ColumnsOf(FoundTasks found) => found.SeveralClusters ? [TaskFields.Cluster, .. Columns] : Columns;

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
}
