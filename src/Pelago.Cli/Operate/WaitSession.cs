// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>What is waited for, and which tasks were seen on the way: each is told once when it is there.</summary>
internal sealed class WaitSession(string until, bool isQuiet)
{
    private readonly Dictionary<string, PodTask> _seen = [];
    private readonly HashSet<string> _told = [];

    /// <summary>1 when a task failed, or went before it was where it was awaited.</summary>
    public int ExitCode { get; private set; }

    /// <summary>What has not come to be.</summary>
    public string Left => _seen.Count == 0 ? "there was no such task"
        : string.Join(", ", _seen.Where(task => !_told.Contains(task.Key)).Select(task => $"{task.Key} is {TaskStates.NameOf(task.Value.State)}").Take(10));

    /// <summary>Judges what there is now.</summary>
    public bool IsOver(FoundTasks found)
    {
        HashSet<string> present = [];
        foreach (FoundTask one in found.Tasks)
        {
            string name = found.NameOf(one.Task);
            present.Add(name);
            _seen[name] = one.Task;
            if (IsThere(one.Task))
                Tell(name, one.Task);
        }

        foreach (string gone in _seen.Keys.Where(name => !present.Contains(name) && !_told.Contains(name)).ToList())
        {
            Print(gone, "gone");
            // To be gone is to have ended, but nobody knows how.
            if (until != "gone")
                ExitCode = Cli.ExitCode.Failed;
        }

        return until == "gone" ? present.Count == 0 : _seen.Count > 0 && _seen.Keys.All(_told.Contains);
    }

    private bool IsThere(PodTask task) => until switch
    {
        "gone" => false,
        "ended" => task.State.IsFinished(),
        _ => TaskStates.NameOf(task.State) == until || (until == "running" && task.State.IsFinished() && task.IsInit),
    };

    private void Tell(string name, PodTask task)
    {
        if (until == "ended" && task.State == TaskState.Failed && !_told.Contains(name))
            ExitCode = Cli.ExitCode.Failed;
        Print(name, task.ExitCode is { } code && task.State.IsFinished() ? $"{TaskStates.NameOf(task.State)}\t{code}" : TaskStates.NameOf(task.State));
    }

    private void Print(string name, string what)
    {
        if (_told.Add(name) && !isQuiet)
            Console.Out.WriteLine($"{name}\t{what}");
    }
}
