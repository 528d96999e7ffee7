// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace Pelago.Node.Logs;

/// <summary>Wakes the followers of log files. Nothing is kept for files that nobody follows.</summary>
/// <param name="lookAgain">Where another process writes the logs, which signals nobody: how often a follower looks. Null: this process writes them.</param>
internal sealed class LogSignals(TimeProvider time, TimeSpan? lookAgain = null)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Completes when the file next changes. Ask before reading, await after: then no change is missed.</summary>
    public Task NextChange(string path) => lookAgain is { } pause
        ? Task.Delay(pause, time)
        : _waiting.GetOrAdd(path, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Notify(string path)
    {
        if (!_waiting.IsEmpty && _waiting.TryRemove(path, out TaskCompletionSource? waiting))
            waiting.TrySetResult();
    }
}
