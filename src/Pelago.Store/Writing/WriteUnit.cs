// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>Writes of one resource that one caller handed in together; never split over two commits.</summary>
internal abstract class WriteUnit(ResourceState resource) : WriterWork
{
    public ResourceState Resource => resource;

    public abstract int Count { get; }

    public abstract Write At(int index);

    public abstract void Decide(int index, in WriteResult result);

    /// <summary>Gives the decided results to the caller.</summary>
    public abstract void Complete();
}

internal sealed class SingleWrite(ResourceState resource, Write write) : WriteUnit(resource)
{
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriteResult _result;

    public Task<WriteResult> Task => _done.Task;

    public override int Count => 1;

    public override Write At(int index) => write;

    public override void Decide(int index, in WriteResult result) => _result = result;

    public override void Complete() => _done.TrySetResult(_result);

    public override void Fail(Exception fault) => _done.TrySetException(fault);

    public override void Cancel(CancellationToken cancel) => _done.TrySetCanceled(cancel);
}

internal sealed class WriteList(ResourceState resource, IReadOnlyList<Write> writes) : WriteUnit(resource)
{
    private readonly TaskCompletionSource<WriteResult[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriteResult[] _results = new WriteResult[writes.Count];

    public Task<WriteResult[]> Task => _done.Task;

    public override int Count => _results.Length;

    public override Write At(int index) => writes[index];

    public override void Decide(int index, in WriteResult result) => _results[index] = result;

    public override void Complete() => _done.TrySetResult(_results);

    public override void Fail(Exception fault) => _done.TrySetException(fault);

    public override void Cancel(CancellationToken cancel) => _done.TrySetCanceled(cancel);
}
