// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>Which columns a table of tasks has.</summary>
internal static class TaskColumns
{
    private static readonly TaskField[] Usual = [TaskFields.Id, TaskFields.State, TaskFields.Restarts, TaskFields.Age, TaskFields.Node, TaskFields.Cpu, TaskFields.Memory];
    private static readonly TaskField[] Wide = [.. Usual, TaskFields.Exit, TaskFields.Reason, TaskFields.Ended, TaskFields.Ip, TaskFields.Owner, TaskFields.Image];

    /// <summary>Those that a line asks for, or the usual ones of its form.</summary>
    public static IReadOnlyList<TaskField> Of(string? named, string form, bool severalClusters)
    {
        if (named is not null)
            return TaskFields.TryParseList(named, out IReadOnlyList<TaskField> fields, out string? error) ? fields : throw new CliException($"--columns: {error}", ExitCode.Usage);
        TaskField[] usual = form == "wide" ? Wide : Usual;
        return severalClusters ? [TaskFields.Cluster, .. usual] : usual;
    }

    public static Option<string?> Option()
    {
        var columns = new Option<string?>("--columns")
        {
            Description = $"Only these columns, in this order: {string.Join(", ", TaskFields.All.Select(field => field.Name))}", HelpName = "NAMES",
        };
        columns.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !TaskFields.TryParseList(token.Value, out _, out string? error))
                result.AddError($"--columns {token.Value}: {error}");
        });
        columns.CompletionSources.Add(FieldNames.Offer);
        return columns;
    }

    /// <summary>Prints a table; what is not known is a dash.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public static void Print(IEnumerable<PodTask> tasks, IReadOnlyList<TaskField> columns, long now, bool hasHeader) => PrintTo(Console.Out, tasks, columns, now, hasHeader);

    /// <summary>The same, to somewhere else.</summary>
    public static void PrintTo(TextWriter output, IEnumerable<PodTask> tasks, IReadOnlyList<TaskField> columns, long now, bool hasHeader)
    {
        var table = new TextTable([.. columns.Select(column => column.Header)]) { HasHeader = hasHeader };
        foreach (PodTask task in tasks)
            table.Add([.. columns.Select(column => PlainText.Of(column.Text(task, now)) is { Length: > 0 } text ? text : "-")]);
        table.WriteTo(output);
    }
}
