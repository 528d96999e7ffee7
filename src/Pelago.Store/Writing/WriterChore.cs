// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>Work other than writes that needs the writer thread to itself, in its place in the queue.</summary>
internal sealed class WriterChore<T>(Func<T> run) : WriterWork, IWriterChore
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _done.Task;

    public void Run()
    {
        try
        {
            _done.TrySetResult(run());
        }
        catch (Exception fault)
        {
            _done.TrySetException(fault);
        }
    }

    public override void Fail(Exception fault) => _done.TrySetException(fault);

    public override void Cancel(CancellationToken cancel) => _done.TrySetCanceled(cancel);
}

internal interface IWriterChore
{
    void Run();
}
