// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Does many things in batches of 1, 2, 4, …: what is refused once would be refused a hundred times.</summary>
internal static class SlowStart
{
    /// <summary>How many succeeded, and the first refusal; after a batch with a refusal no further batch starts.</summary>
    public static async Task<(int Done, ApiStatus? Error)> RunAsync(int count, Func<int, Task<ApiStatus?>> work)
    {
        int done = 0;
        int next = 0;
        for (int batch = 1; next < count; batch *= 2)
        {
            int size = Math.Min(batch, count - next);
            ApiStatus?[] results = await Task.WhenAll(Enumerable.Range(next, size).Select(work));
            next += size;
            done += results.Count(result => result is null);
            if (results.FirstOrDefault(result => result is not null) is { } error)
                return (done, error);
        }
        return (done, null);
    }
}
