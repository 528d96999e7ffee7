// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago ps</c>: the tasks of clusters, chosen, sorted and cut where they are.</summary>
internal static class PsCommand
{
    /// <summary>More lines than a person reads at once. Forms for programs are not cut unless they ask for it.</summary>
    private const int UsualLimit = 100;

    public static Command Build()
    {
        var tasks = new TaskOptions();
        Argument<string[]> names = TaskOptions.Checked(new Argument<string[]>("task")
        {
            Description = "Name, beginning or part of a name, glob or /regex/ (default: all)", Arity = ArgumentArity.ZeroOrMore,
        });
        Option<string?> sort = SortOption();
        Option<int?> limit = CommandOptions.Number("--limit", $"At most so many, 0 for all (default: {UsualLimit} in a table, else all)", "N", 0, int.MaxValue);
        Option<string?> columns = TaskColumns.Option();
        Option<string> output = CommandOptions.Output("table", "wide", "json", "jsonl", "yaml", "name");
        Option<bool> quiet = new("--quiet", "-q") { Description = "No header and no remarks" };
        var command = new Command("ps", "The tasks of clusters: the containers of their pods").WithExamples("""
            pelago ps                                   what runs, the first hundred
            pelago ps web -o wide                       web, or what begins with web, or contains it
            pelago ps -w 'state=failed,age<1h' --sort ended
            pelago ps --sort mem --limit 20 --all-clusters
            pelago ps -l app=web -i -o name             finished ones too, one id a line
            pelago ps '/-[0-9]+\./' -o jsonl            for programs, a task a line
            """);
        command.Arguments.Add(names);
        tasks.AddTo(command);
        foreach (Option option in new Option[] { sort, limit, columns, output, quiet })
            command.Options.Add(option);
        TaskNames.Offer(names, tasks);
        command.SetAction(async (parsed, cancel) =>
        {
            string form = parsed.GetValue(output) ?? "table";
            var settings = CliSettings.Of(CommandOptions.HomeOf(parsed));
            bool isTable = form is "table" or "wide";
            string? named = parsed.GetValue(columns) ?? (form == "table" ? settings["columns"] : null);
            int usual = !isTable ? 0 : int.TryParse(settings["limit"], out int set) ? set : UsualLimit;
            var query = new TaskQuery
            {
                Selector = tasks.Selector(parsed, parsed.GetValue(names) ?? []),
                Order = OrderOf(parsed.GetValue(sort) ?? settings["sort"]),
                Limit = parsed.GetValue(limit) ?? usual,
                Fields = form == "name" ? [] : isTable || named is not null ? TaskColumns.Of(named, form, severalClusters: false) : null,
            };
            using FoundTasks found = await tasks.FindAsync(parsed, query, cancel);
            bool isQuiet = parsed.GetValue(quiet);
            if (found.Tasks.Count > 0 || form is "json" or "yaml")
                Print(found, form, named, isQuiet);
            found.Explain(isQuiet);
            if (found.Total > found.Tasks.Count && !isQuiet)
                Console.Error.WriteLine($"and {found.Total - found.Tasks.Count:N0} more: --limit 0 prints all {found.Total:N0}");
            return found.ExitCode;
        });
        return command;
    }

    /// <summary>The option by which tasks are sorted.</summary>
    public static Option<string?> SortOption()
    {
        var sort = new Option<string?>("--sort")
        {
            Description = "Sort by fields: mem, state,age (default: id); amounts come largest first, :asc and :desc turn it round", HelpName = "FIELDS",
        };
        sort.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !TaskOrder.TryParse(token.Value, out _, out string? error))
                result.AddError($"--sort {token.Value}: {error}");
        });
        sort.CompletionSources.Add(FieldNames.Offer);
        return sort;
    }

    public static TaskOrder OrderOf(string? text) => TaskOrder.TryParse(text, out TaskOrder? order, out string? error) ? order : throw new CliException(error, ExitCode.Usage);

    private static void Print(FoundTasks found, string form, string? columns, bool isQuiet)
    {
        IReadOnlyList<TaskField>? named = columns is null ? null : TaskColumns.Of(columns, form, found.SeveralClusters);
        IEnumerable<PodTask> tasks = found.Tasks.Select(task => task.Task);
        switch (form)
        {
            case "json" or "jsonl":
                using (Stream output = Console.OpenStandardOutput())
                {
                    if (form == "json")
                        TaskJson.Print(tasks, named, output);
                    else
                        TaskJson.PrintLines(tasks, named, output);
                }

                break;
            case "yaml":
                Console.Out.Write(TaskJson.ToYaml(tasks, named));
                break;
            case "name":
                foreach (PodTask task in tasks)
                    Console.Out.WriteLine(found.NameOf(task));
                break;
            default:
                TaskColumns.Print(tasks, TaskColumns.Of(columns, form, found.SeveralClusters), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), !isQuiet);
                break;
        }
    }
}
