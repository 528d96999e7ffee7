// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Where a task is in its life. Read from what the pod says of the container, and of itself where it says nothing of the container.</summary>
public enum TaskState : byte
{
    /// <summary>Its pod is not bound to a node.</summary>
    Pending,

    /// <summary>Bound, and being made: the image is fetched, earlier containers run.</summary>
    Starting,

    /// <summary>It waits for something that may never come: an image that cannot be had, the next attempt after a crash.</summary>
    Waiting,
    Running,

    /// <summary>Not at its end, and its pod is deleted.</summary>
    Terminating,

    /// <summary>Its node gives no answer: what it does is not known.</summary>
    Lost,

    /// <summary>Ended with exit code 0.</summary>
    Finished,

    /// <summary>Ended with another exit code, or its pod failed before it ran.</summary>
    Failed,
}

/// <summary>The names of states, as they are printed and asked for.</summary>
public static class TaskStates
{
    private static readonly string[] Words = ["pending", "starting", "waiting", "running", "terminating", "lost", "finished", "failed"];

    /// <summary>All names, in the order of <see cref="TaskState"/>.</summary>
    public static IReadOnlyList<string> Names => Words;

    /// <summary>The name of a state: <c>running</c>.</summary>
    public static string NameOf(TaskState state) => Words[(int)state];

    /// <summary>Reads a name, in letters of any size; false when it is none.</summary>
    public static bool TryParse(string name, out TaskState state)
    {
        int index = Array.FindIndex(Words, word => word.Equals(name, StringComparison.OrdinalIgnoreCase));
        state = (TaskState)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>It will not run again.</summary>
    public static bool IsFinished(this TaskState state) => state >= TaskState.Finished;
}
