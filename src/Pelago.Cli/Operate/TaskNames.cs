// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.RegularExpressions;
using Pelago.Cli.Completion;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>Completes names of tasks: those that begin with what is there, of the clusters and namespaces that the line names.</summary>
internal static class TaskNames
{
    /// <summary>A shell that asks whether to list more than this has not helped.</summary>
    private const int Most = 200;

    public static void Offer(Argument argument, TaskOptions tasks) =>
        RemoteNames.Offer(argument, (parsed, word, cancel) => FindAsync(parsed, word, tasks, cancel));

    private static async Task<IReadOnlyList<string>> FindAsync(ParseResult parsed, string word, TaskOptions tasks, CancellationToken cancel)
    {
        // With a slash the namespace is part of the name, and without one it is none of the word.
        bool hasNamespace = word.Contains('/', StringComparison.Ordinal);
        TaskSelector selector = tasks.Selector(parsed, word.Length == 0 ? [] : [$"/^{(hasNamespace ? "" : "[^/]*/")}{Regex.Escape(word)}/"]);
        using FoundTasks found = await tasks.FindAsync(parsed, new TaskQuery { Selector = selector, Limit = Most, Fields = [] }, cancel);
        return [.. found.Tasks.Select(task => hasNamespace ? task.Task.Id : task.Task.Name).Distinct(StringComparer.Ordinal)];
    }
}
