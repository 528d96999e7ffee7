// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Pelago.Client;

namespace Pelago.Engine.Scheduling;

/// <summary>Runs writes to the cluster, so many at a time, in the order given. Full means that the caller waits.</summary>
internal sealed class WriteQueue(int concurrency)
{
    private readonly Channel<Func<CancellationToken, Task>> _writes = Channel.CreateBounded<Func<CancellationToken, Task>>(
        new BoundedChannelOptions(4096) { SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    public ValueTask AddAsync(Func<CancellationToken, Task> write, CancellationToken cancel) => _writes.Writer.WriteAsync(write, cancel);

    /// <summary>Until cancelled. Writes handle their own failures.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => BackgroundWork.RunAsync(() => WorkAsync(cancel))));

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (Func<CancellationToken, Task> write in _writes.Reader.ReadAllAsync(cancel))
                await write(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }
}
