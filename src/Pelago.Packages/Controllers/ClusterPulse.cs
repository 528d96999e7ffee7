// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Asks each cluster once in a while whether it is there, so that not every installation on it has to: one that goes, comes back or is added is told of
/// within seconds.
/// </summary>
/// <param name="inUse">Names of the clusters that installations name.</param>
/// <param name="turned">Told of a cluster that is otherwise than it was.</param>
internal sealed partial class ClusterPulse(InstallationClusters clusters, Func<IReadOnlySet<string>> inUse, Action<string> turned, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, Standing> _known = [];

    private enum Standing
    {
        Unknown,
        Away,
        There,
    }

    /// <summary>Until cancelled.</summary>
    /// <param name="seen">Told each time which clusters there are.</param>
    public async Task RunAsync(Action<IReadOnlySet<IKubeApi>> seen, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Every, time);
        bool isFailing = false;
        while (await NextAsync(timer, cancel))
        {
            try
            {
                await BeatAsync(seen, cancel);
                isFailing = false;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The next one may go well; without any nobody would hear of a cluster again.
                if (!isFailing)
                    Log.BeatFailed(log, fault);
                isFailing = true;
            }
        }
    }

    private async Task BeatAsync(Action<IReadOnlySet<IKubeApi>> seen, CancellationToken cancel)
    {
        (string Name, IKubeApi? Api)[] all = [.. inUse().Select(name => (name, clusters.Find(name)))];
        seen(all.Select(one => one.Api).OfType<IKubeApi>().ToHashSet());
        (Standing Standing, Exception? Fault)[] now = await Task.WhenAll(all.Select(one => AskAsync(one.Api, cancel)));
        cancel.ThrowIfCancellationRequested();
        for (int i = 0; i < all.Length; i++)
        {
            (string name, Standing standing) = (all[i].Name, now[i].Standing);
            bool isKnown = _known.TryGetValue(name, out Standing before);
            _known[name] = standing;
            if (now[i].Fault is { } fault && (!isKnown || before != standing))
                Log.AskFailed(log, name, fault);
            // The first time it is only learnt: whoever works on an installation finds out by itself.
            if (isKnown && before != standing)
                turned(name);
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancel)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>How it is; and what went wrong, where that is not what one expects of a cluster that is away.</summary>
    private async Task<(Standing Standing, Exception? Fault)> AskAsync(IKubeApi? api, CancellationToken cancel)
    {
        if (api is null)
            return (Standing.Unknown, null);
        if (ReferenceEquals(api, clusters.Home))
            return (Standing.There, null);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var late = new CancellationTokenSource(Patience, time);
        using CancellationTokenRegistration linked = late.Token.Register(patience.Cancel);
        try
        {
            await api.GetRawAsync("/version", patience.Token);
            return (Standing.There, null);
        }
        catch (Exception away) when (away is ClusterUnreachableException or ObjectDisposedException or OperationCanceledException)
        {
            return (Standing.Away, null);
        }
        catch (Exception fault)
        {
            return (Standing.Away, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Warning, "cluster {Cluster} counts as away: it could not be asked")]
        public static partial void AskFailed(ILogger log, string cluster, Exception fault);

        [LoggerMessage(7002, LogLevel.Error, "it was not asked which clusters are there, which is tried again")]
        public static partial void BeatFailed(ILogger log, Exception fault);
    }
}
