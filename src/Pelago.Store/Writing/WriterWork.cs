// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>Something in the writer's queue. Whoever takes it first has it: the writer, or the cancellation of its caller.</summary>
internal abstract class WriterWork
{
    private int _taken;

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    public abstract void Fail(Exception fault);

    public abstract void Cancel(CancellationToken cancel);
}
