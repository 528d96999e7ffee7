// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Pods;

/// <summary>
/// Wakes one sleeper. The sleeper resets it before it looks at what there is to do: what is set while it looks is not lost.
/// </summary>
internal sealed class WakeSignal
{
    private volatile TaskCompletionSource _source = New();

    public Task Task => _source.Task;

    public void Set() => _source.TrySetResult();

    /// <summary>By the sleeper only.</summary>
    public void Reset()
    {
        if (_source.Task.IsCompleted)
            _source = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
