// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Does many things in batches of 1, 2, 4, …: what is refused once would be refused a hundred times.</summary>
internal static class SlowStart
{
    /// <summary>So many at the same time: enough to share commits, and not so many that a client's request waits behind them.</summary>
    private const int AtOnce = 32;

    /// <summary>How many succeeded, and the first refusal; after a batch with a refusal no further batch starts.</summary>
    public static async Task<(int Done, ApiStatus? Error)> RunAsync(int count, Func<int, Task<ApiStatus?>> work)
    {
        int done = 0;
        int next = 0;
        for (int batch = 1; next < count; batch *= 2)
        {
            int size = Math.Min(batch, count - next);
            ApiStatus?[] results = await AllAsync(size, i => work(next + i));
            next += size;
            done += results.Count(result => result is null);
            if (results.FirstOrDefault(result => result is not null) is { } error)
                return (done, error);
        }
        return (done, null);
    }

    /// <summary>Does them all, however many are refused.</summary>
    public static async Task<ApiStatus?[]> AllAsync(int count, Func<int, Task<ApiStatus?>> work)
    {
        var results = new ApiStatus?[count];
        int next = -1;
        async Task WorkAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                results[i] = await work(i);
        }
        await Task.WhenAll(Enumerable.Range(0, Math.Min(count, AtOnce)).Select(_ => WorkAsync()));
        return results;
    }
}
