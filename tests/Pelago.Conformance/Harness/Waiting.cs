// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>Waits for what a cluster does by itself, with a bound.</summary>
public static class Waiting
{
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">For the message.</param>
    /// <param name="seconds">The bound.</param>
    /// <param name="found">What is there instead; asked once, when the time is up.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 60, Func<Task<string>>? found = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(seconds))
                Assert.Fail($"not within {seconds} s: {what}{(found is null ? "" : $"; but {await found()}")}");
            // A poll with a limit, for states of another process that nothing announces.
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
