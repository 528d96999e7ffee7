// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Writing;

/// <summary>What the writer is to do, and who waits for it. Work that stands <paramref name="Alone"/> finds everything before it committed.</summary>
internal sealed record WriterWork(Action<DayWriters> Apply, bool Alone)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is committed.</summary>
    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception fault) => _done.TrySetException(fault);
}
