// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Xunit;

namespace Pelago.TestKit.Node;

/// <summary>Waits for what real processes do by themselves, with a bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns the first value that satisfies the condition; fails with the last one when none came in time.</summary>
    /// <param name="bound">How long it may take; 60 seconds where nothing is said.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T>> read, Func<T, bool> condition, CancellationToken cancel, TimeSpan? bound = null)
    {
        TimeSpan limit = bound ?? Bound;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            T value = await read();
            if (condition(value))
                return value;
            if (Stopwatch.GetElapsedTime(start) > limit)
                Assert.Fail($"not so within {limit.TotalSeconds} s; the last value was: {value}");
            await Task.Delay(Between, cancel);
        }
    }

    public static Task<bool> TrueAsync(Func<bool> condition, CancellationToken cancel) =>
        GetAsync(() => Task.FromResult(condition()), value => value, cancel);
}
