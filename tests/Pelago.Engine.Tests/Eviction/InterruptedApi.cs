// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;

namespace Pelago.Engine.Tests.Eviction;

/// <summary>A cluster to which something happens just before the first write through this.</summary>
internal sealed class InterruptedApi(IKubeApi inner, int write, Func<Task> meanwhile) : IKubeApi
{
    private int _left = write;

    public string Cluster => inner.Cluster;

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => inner.GetAsync(path, cancel);

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => inner.GetRawAsync(path, cancel);

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => inner.ListAsync(path, query, cancel);

    public IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => inner.WatchAsync(path, query, cancel);

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.CreateAsync(path, body, query, cancel));

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.UpdateAsync(path, body, query, cancel));

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.PatchAsync(path, type, patch, query, cancel));

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.DeleteAsync(path, query, cancel));

    private async Task<ApiResult> WriteAsync(Func<Task<ApiResult>> write)
    {
        if (Interlocked.Decrement(ref _left) == 0)
            await meanwhile();
        return await write();
    }
}
