// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Completion;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary>Completes paths of files of the task that a line is about: what is in the directory that is typed so far, directories with a slash at their end.</summary>
internal static class RemotePaths
{
    /// <summary>Of several tasks that are meant the first ones are looked into.</summary>
    private const int MostTasks = 3;
    private const int Most = 200;

    /// <param name="argument">Takes paths.</param>
    /// <param name="words">What else it takes: names of logs.</param>
    /// <param name="find">The tasks of the line, at most as many as are said.</param>
    public static void Offer(Argument argument, IReadOnlyList<string> words, Func<ParseResult, int, CancellationToken, Task<FoundTasks>> find)
    {
        argument.CompletionSources.Add([.. words]);
        RemoteNames.Offer(argument, async (parsed, word, cancel) =>
        {
            using FoundTasks found = await find(parsed, MostTasks, cancel);
            return await FindAsync(found, word, cancel);
        });
    }

    private static async Task<IReadOnlyList<string>> FindAsync(FoundTasks found, string word, CancellationToken cancel)
    {
        string directory = word[..(word.LastIndexOf('/') + 1)], name = word[directory.Length..];
        var request = new FindRequest { Depth = 1, Name = Escaped(name) + "*" };
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (FoundTask task in found.Tasks)
        {
            try
            {
                await AddAsync(paths, task, directory, request, cancel);
            }
            catch (Exception fault) when (Faults.Takes(fault))
            {
                // What one task has not, or does not tell, the others may.
            }
        }
        return [.. paths];
    }

    /// <summary>Of a node that is asked for it; nobody wants a command to be run in a container because of a tab.</summary>
    private static async Task AddAsync(SortedSet<string> paths, FoundTask task, string directory, FindRequest request, CancellationToken cancel)
    {
        if (task.Task.PastRun.Length > 0 || !await NodeTaskFiles.IsServedAsync(task.Cluster, cancel))
            return;
        await foreach (TaskFile file in new NodeTaskFiles(task.Cluster, TaskAccess.PlaceOf(task.Task)).FindAsync(directory, request, cancel))
        {
            if (paths.Count >= Most)
                return;
            // A name with a control letter cannot be typed.
            if (file.Path.Length > 0 && !file.Path.Any(char.IsControl))
                paths.Add(directory + file.Path + (file.Type == 'd' ? "/" : ""));
        }
    }

    private static string Escaped(string name) => string.Concat(name.Select(letter => letter is '*' or '?' or '[' or '\\' ? $"\\{letter}" : $"{letter}"));
}
