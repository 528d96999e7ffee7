// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// The scheduler for pods of any cluster that name it, beside the cluster's own: it gives them nodes and ports as on the embedded engine. Of several
/// instances the holder of a Lease places pods and the others wait; who takes over reads from the cluster what every pod has.
/// </summary>
internal static class ClusterScheduler
{
    /// <summary>Until cancelled; then the Lease is given back.</summary>
    public static async Task RunAsync(
        IKubeApi api, SchedulerOptions options, LeaderElectionOptions election, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        var elector = new LeaderElector(api, election, time, loggers.CreateLogger<LeaderElector>());
        while (!cancel.IsCancellationRequested)
            await elector.RunAsync(leading => SchedulerLoop.RunAsync(api, options, loggers, time, leading), cancel);
    }
}
