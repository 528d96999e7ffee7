// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary>What the commands about files of tasks share: which tasks, which of their texts, headers as GNU tail prints them, and that a task that fails takes nothing from the others.</summary>
internal sealed class TaskCommand
{
    private readonly TaskOptions _tasks;
    private readonly Argument<string> _task = TaskOptions.Checked(new Argument<string>("task") { Description = "Name, beginning or part of a name, glob or /regex/" });
    private readonly Option<bool> _bare;

    /// <param name="command">Gets the options; its own arguments come after the task.</param>
    /// <param name="tasks">Which letters tasks are told by.</param>
    /// <param name="bare">Takes the names of tasks away, where -q has meant something else for fifty years.</param>
    public TaskCommand(Command command, TaskOptions tasks, Option<bool>? bare = null)
    {
        _tasks = tasks;
        _bare = bare ?? new Option<bool>("--quiet", "-q") { Description = "No headers with the name of the task" };
        command.Arguments.Insert(0, _task);
        tasks.AddTo(command);
        command.Options.Add(_bare);
        TaskNames.Offer(_task, tasks);
    }

    /// <summary>Completes paths of the tasks of the line.</summary>
    /// <param name="argument">Takes them.</param>
    /// <param name="logs">It takes names of logs, too.</param>
    public void OfferPaths(Argument argument, bool logs) => RemotePaths.Offer(argument, logs ? TextName.Logs : [], (parsed, most, cancel) =>
        _tasks.FindAsync(parsed, new TaskQuery { Selector = _tasks.Selector(parsed, parsed.GetRequiredValue(_task)), Limit = most, Fields = [] }, cancel));

    public bool IsBare(ParseResult parsed) => parsed.GetValue(_bare);

    public Task<FoundTasks> FindAsync(ParseResult parsed, CancellationToken cancel) =>
        _tasks.FindAsync(parsed, new TaskQuery { Selector = _tasks.Selector(parsed, parsed.GetRequiredValue(_task)) }, cancel);

    /// <summary>Does something with each text of each task that the line means, some at a time, and prints what they write in their order.</summary>
    /// <param name="parsed">The line.</param>
    /// <param name="words">Names of texts; the work is told which one it is about.</param>
    /// <param name="hasHeaders">Each source among several has a header.</param>
    /// <param name="work">Writes what belongs to one source.</param>
    /// <param name="cancel">Ends all.</param>
    public Task<int> EachAsync(
        ParseResult parsed, string[] words, bool hasHeaders, Func<ITaskFiles, TaskSource, Turns.Turn, CancellationToken, Task> work, CancellationToken cancel) =>
        StandardOutput.UseAsync(
            async output =>
            {
                using FoundTasks found = await FindAsync(parsed, cancel);
                found.Explain();
                var access = new TaskAccess();
                var faults = new Faults();
                TaskSource[] sources = [.. from task in found.Tasks from word in words select new TaskSource(task, found.NameOf(task.Task), word, found.Tasks.Count > 1)];
                bool headers = hasHeaders && sources.Length > 1 && !IsBare(parsed);
                await new Turns(output, sources.Length).RunAsync(async (i, turn, running) =>
                {
                    TaskSource source = sources[i];
                    ITaskFiles? files = null;
                    try
                    {
                        files = await access.FilesOfAsync(source.Found, running);
                        if (headers)
                            await turn.WriteAsync(Encoding.UTF8.GetBytes($"{(i > 0 ? "\n" : "")}==> {source.Title} <==\n"));
                        await work(files, source, turn, running);
                        faults.AddLoss(source.Title, files);
                    }
                    catch (Exception fault) when (Faults.Takes(fault) && !output.IsClosed)
                    {
                        faults.Add(source.Title, fault);
                    }
                    if (files is not null)
                        faults.AddUnnamed(source.Id, files);
                });
                return faults.Code(found);
            },
            cancel);
}

/// <summary>One text of one task.</summary>
/// <param name="Found">The task.</param>
/// <param name="Id">As it is named among those found.</param>
/// <param name="Word">The text, as the line says it.</param>
/// <param name="IsOneOfMany">Several tasks are meant.</param>
internal sealed record TaskSource(FoundTask Found, string Id, string Word, bool IsOneOfMany)
{
    /// <summary>As in headers and messages.</summary>
    public string Title => $"{Id}:{(Word.Length == 0 ? "." : Word)}";
}
