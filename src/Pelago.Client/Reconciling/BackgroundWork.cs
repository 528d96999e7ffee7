// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>
/// Where work of this process runs that no client waits for: controllers, the scheduler, simulated nodes. Its steps take turns, a few of them in the
/// thread pool at a time, however many are ready; a request or a watch then waits for a step or two, and not behind thousands. What is awaited
/// inside goes on here, too. It must not block a thread.
/// </summary>
public static class BackgroundWork
{
    private const int StepsInARow = 4;

    public static TaskScheduler Scheduler { get; } =
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Environment.ProcessorCount, StepsInARow).ConcurrentScheduler;

    /// <summary>Starts <paramref name="work"/> there; completes, and fails, as it does.</summary>
    public static Task RunAsync(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();
}
