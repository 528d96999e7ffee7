// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Pelago.Client;

namespace Pelago.Engine.Tests.Scheduling;

/// <summary>A cluster that stops answering: what is asked of it then hangs, as over a network that lost the way.</summary>
internal sealed class CutApi(IKubeApi inner) : IKubeApi
{
    private volatile bool _isCut;
    private volatile Task? _writesAnswered;
    private int _waiting;

    public string Cluster => inner.Cluster;

    public bool IsCut
    {
        get => _isCut;
        set => _isCut = value;
    }

    /// <summary>While set, writes are done and whoever asked for one learns of it only when this has ended.</summary>
    public Task? WritesAnswered
    {
        get => _writesAnswered;
        set => _writesAnswered = value;
    }

    /// <summary>How many wait for an answer now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => AskAsync(() => inner.GetAsync(path, cancel), cancel);

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => AskAsync(() => inner.GetRawAsync(path, cancel), cancel);

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => AskAsync(() => inner.ListAsync(path, query, cancel), cancel);

    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (RawWatchEvent next in inner.WatchAsync(path, query, cancel))
        {
            if (_isCut)
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel); // never answers
            yield return next;
        }
    }

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.CreateAsync(path, body, query, cancel), cancel);

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.UpdateAsync(path, body, query, cancel), cancel);

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.PatchAsync(path, type, patch, query, cancel), cancel);

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) => WriteAsync(() => inner.DeleteAsync(path, query, cancel), cancel);

    private async Task<ApiResult> AskAsync(Func<Task<ApiResult>> ask, CancellationToken cancel)
    {
        if (_isCut)
            await WaitAsync(Task.Delay(Timeout.InfiniteTimeSpan, cancel)); // never answers
        return await ask();
    }

    private async Task<ApiResult> WriteAsync(Func<Task<ApiResult>> write, CancellationToken cancel)
    {
        ApiResult answer = await AskAsync(write, cancel);
        if (_writesAnswered is { } answered)
            await WaitAsync(answered.WaitAsync(cancel));
        return answer;
    }

    private async Task WaitAsync(Task answered)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await answered;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
