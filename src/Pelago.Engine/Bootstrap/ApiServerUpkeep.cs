// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine.Aggregation;
using Pelago.Engine.Authorization;
using Pelago.Engine.Certificates;
using Pelago.Engine.Quota;
using Pelago.Engine.Registry;

namespace Pelago.Engine.Bootstrap;

/// <summary>The loops that access control and aggregation need, whatever other controllers run.</summary>
internal sealed partial class ApiServerUpkeep(
    Func<string, IKubeApi> apiFor, ClusterPki pki, Action adminRenewed, AggregationLayer aggregation, ResourceRegistry registry, TimeProvider time, ILoggerFactory logging)
{
    private static readonly TimeSpan CertificateCheck = TimeSpan.FromDays(1);
    private readonly ILogger _logger = logging.CreateLogger<ApiServerUpkeep>();

    /// <summary>Returns when cancelled and all of them have stopped.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var quotas = new ResourceQuotaController(apiFor("resourcequota-controller"), time, logging);
        await Task.WhenAll(
            GuardAsync("aggregation", aggregation.RunAsync(apiFor("kube-aggregator"), registry, time, logging, cancel), cancel),
            GuardAsync("role aggregation", new ClusterRoleAggregation(apiFor("clusterrole-aggregation-controller")).RunAsync(time, logging, cancel), cancel),
            GuardAsync("quota", quotas.RunAsync(cancel), cancel),
            GuardAsync("certificates", RenewAsync(cancel), cancel));
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(CertificateCheck, time, cancel);
            try
            {
                IReadOnlyList<string> renewed = pki.RenewExpiring();
                if (renewed.Contains(ClusterPki.AdminName))
                    adminRenewed();
                if (renewed.Count > 0)
                    Log.Renewed(_logger, string.Join(", ", renewed));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A full disk today may have room tomorrow, and there are weeks left.
                Log.NotRenewed(_logger, fault);
            }
        }
    }

    private async Task GuardAsync(string name, Task loop, CancellationToken cancel)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // stopped
        }
        catch (Exception fault)
        {
            Log.Ended(_logger, name, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2310, LogLevel.Information, "renewed certificates that were about to expire: {Names}")]
        public static partial void Renewed(ILogger logger, string names);

        [LoggerMessage(2312, LogLevel.Error, "certificates that are about to expire could not be renewed; it is tried again in a day")]
        public static partial void NotRenewed(ILogger logger, Exception fault);

        [LoggerMessage(2311, LogLevel.Error, "the {Name} loop ended by a fault; what it keeps up to date stays as it is until the next start")]
        public static partial void Ended(ILogger logger, string name, Exception fault);
    }
}
