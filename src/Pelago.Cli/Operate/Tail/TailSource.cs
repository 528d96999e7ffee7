// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Tail;

/// <summary>One text that is followed, and what of its present line has come. Its output belongs to one <see cref="TailOutput"/>.</summary>
internal sealed class TailSource(FoundTask found, string id, TextName text)
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (int Restarts, TaskState State) _seen = (found.Task.Restarts, found.Task.State);

    public FoundTask Found => found;

    public TextName Text => text;

    /// <summary>Done when its task runs again or has ended, since this was asked for.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Tells those who wait for <see cref="Changed"/> when the task is not as it was at the last look.</summary>
    public void Look(PodTask task)
    {
        if (_seen == (task.Restarts, task.State))
            return;
        _seen = (task.Restarts, task.State);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>At the last look its task ran.</summary>
    public bool Runs => _seen.State == TaskState.Running;

    /// <summary>Says on stderr what happened to the text.</summary>
    public void Tell(FeedChange change)
    {
        if (change == FeedChange.Cut)
            Console.Error.WriteLine($"pelago: {Title}: file truncated");
        else if (change == FeedChange.Gap)
            Console.Error.WriteLine($"pelago: {Title}: lines may be missing here: they were rotated away before they were read");
    }

    /// <summary>A pod of the same name that comes later is another source.</summary>
    public string Key => $"{found.Cluster.Cluster}\n{found.Task.Pod.Uid}\n{found.Task.Id}\n{text.Word}";

    public string Title => $"{id}:{text.Word}";

    /// <summary>Where its text goes on; null while that is not known.</summary>
    public string? Position { get; set; }

    /// <summary>Of what is there only this; null: all.</summary>
    public TextPart? Part { get; set; }

    public bool HasBegun { get; set; }

    /// <summary>The bytes that have come of it since the beginning of its first attempt, none missing; null when it was begun in the middle.</summary>
    public long? Count { get; set; }

    /// <summary>All that there was has come, and nothing of what may have been written since.</summary>
    public bool IsRead { get; set; }

    /// <summary>Its pod is gone: history has it.</summary>
    public bool IsPast => found.Task.PastRun.Length > 0;

    /// <summary>What follows it; it ends when its task has.</summary>
    public Task Following { get; set; } = Task.CompletedTask;

    /// <summary>A line that has not ended yet.</summary>
    public ArrayBufferWriter<byte> Rest { get; private set; } = new();

    /// <summary>What came last has not ended its line: what comes next goes on with it, and has no time of its own before it.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Its task has ended: of the thousands that may come and go none keeps room.</summary>
    public void Rested() => (Rest, IsInLine) = (new(), false);

    /// <summary>The time of its last line: a clock that was set back does not change the order of its lines.</summary>
    public string LastTime { get; set; } = "";
}
