// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Asks each cluster once in a while whether it is there, so that not every installation on it has to: one that goes, comes back or is added is told of
/// within seconds.
/// </summary>
/// <param name="inUse">Names of the clusters that installations name.</param>
/// <param name="turned">Told of a cluster that is otherwise than it was.</param>
internal sealed class ClusterPulse(InstallationClusters clusters, Func<IReadOnlySet<string>> inUse, Action<string> turned, TimeProvider time)
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
        while (await NextAsync(timer, cancel))
        {
            (string Name, IKubeApi? Api)[] all = [.. inUse().Select(name => (name, clusters.Find(name)))];
            seen(all.Select(one => one.Api).OfType<IKubeApi>().ToHashSet());
            Standing[] now = await Task.WhenAll(all.Select(one => AskAsync(one.Api, cancel)));
            if (cancel.IsCancellationRequested)
                return;
            for (int i = 0; i < all.Length; i++)
            {
                // The first time it is only learnt: whoever works on an installation finds out by itself.
                if (_known.TryGetValue(all[i].Name, out Standing before) && before != now[i])
                    turned(all[i].Name);
                _known[all[i].Name] = now[i];
            }
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

    private async Task<Standing> AskAsync(IKubeApi? api, CancellationToken cancel)
    {
        if (api is null)
            return Standing.Unknown;
        if (ReferenceEquals(api, clusters.Home))
            return Standing.There;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var late = new CancellationTokenSource(Patience, time);
        using CancellationTokenRegistration linked = late.Token.Register(patience.Cancel);
        try
        {
            await api.GetRawAsync("/version", patience.Token);
            return Standing.There;
        }
        catch (Exception away) when (away is ClusterUnreachableException or ObjectDisposedException || away is OperationCanceledException)
        {
            return Standing.Away;
        }
    }
}
