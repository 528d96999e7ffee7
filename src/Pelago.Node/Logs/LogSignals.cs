// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace Pelago.Node.Logs;

/// <summary>Wakes the followers of log files that this process writes. Nothing is kept for files that nobody follows.</summary>
internal sealed class LogSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Completes when the file next changes. Ask before reading, await after: then no change is missed.</summary>
    public Task NextChange(string path) =>
        _waiting.GetOrAdd(path, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Notify(string path)
    {
        if (!_waiting.IsEmpty && _waiting.TryRemove(path, out TaskCompletionSource? waiting))
            waiting.TrySetResult();
    }
}
