// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Hub.Page;
using Pelago.Packages.Controllers;

namespace Pelago.Daemon.Running;

/// <summary>All clusters of one home, and the file that says where they are.</summary>
internal sealed partial class DaemonHost(PelagoHome home, RunOptions options, ILoggerFactory logging, TimeProvider time) : IAsyncDisposable
{
    private readonly List<EmbeddedCluster> _clusters = [];
    private readonly ILogger _log = logging.CreateLogger<DaemonHost>();
    private readonly CancellationTokenSource _stop = new();
    private PageHost? _page;
    private string? _containerRemedy;
    private IReadOnlyList<string> _movedPorts = [];
    private Task _packages = Task.CompletedTask;

    /// <summary>Completes when every API server answers and every node is Ready.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        IReadOnlyList<string> known = home.ClusterNames();
        var clusters = new ClusterPlan(home, AddressSlots.OfMachine());
        IReadOnlyList<ClusterSettings> before = clusters.TryKnown();
        IReadOnlyList<ClusterSettings> plan = clusters.Make(options);
        _containerRemedy = ProcessFallback.RemedyOf(plan.Where(cluster => !known.Contains(cluster.Name)), options);
        if (_containerRemedy is not null)
            Log.NoContainers(_log, _containerRemedy);
        await StartClustersAsync(plan, cancel);
        // Whoever names a port knows that it changes.
        _movedPorts = options.Port is > 0 ? [] : MovedPorts.Describe(home, before, _clusters.ToDictionary(cluster => cluster.Name, cluster => cluster.Server.Port));
        foreach (string moved in _movedPorts)
            Log.Moved(_log, moved);
        WriteKubeconfig();
        await StartPageAsync(cancel);
        foreach (EmbeddedCluster cluster in _clusters)
            cluster.KubeconfigRenewed = OnKubeconfigRenewed;
        _packages = Task.WhenAll(_clusters.Select(InstallPackagesAsync));
        Announce(ready: false);
        await Task.WhenAll(_clusters.Select(cluster => Task.WhenAll(cluster.WaitForNodesAsync(cancel), InstallationController.DefineAsync(cluster.PackagesApi, _log, time, cancel))));
        clusters.Keep(_clusters.Select(cluster => cluster.Settings));
        Announce(ready: true);
        Log.Ready(_log, _clusters.Count, home.Root);
    }

    /// <summary>Says no more that this daemon runs, so that nobody takes up with one that is ending.</summary>
    public void Conceal() => File.Delete(home.DaemonFile);

    /// <summary>Stops the pods of all clusters, each in its grace period or <see cref="EmbeddedCluster.StopGrace"/>, whichever is shorter.</summary>
    public Task StopPodsAsync(CancellationToken cancel) => Task.WhenAll(_clusters.Select(cluster => cluster.StopPodsAsync(cancel)));

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        await _stop.CancelAsync();
        await _packages.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (EmbeddedCluster cluster in _clusters)
            await cluster.DisposeAsync();
        _stop.Dispose();
        Conceal();
        Log.Ended(_log, home.Root);
    }

    /// <summary>The installations of one cluster, which may be for the others of this process and of the fleet, too.</summary>
    private Task InstallPackagesAsync(EmbeddedCluster home)
    {
        var clusters = new InstallationClusters(home.PackagesApi, () => _clusters.Select(cluster => cluster.PackagesApi).Concat(_page?.FleetClusters ?? []));
        CancellationToken stop = _stop.Token;
        return BackgroundWork.RunAsync(() => InstallationController.RunAsync(clusters, logging, time, stop));
    }

    /// <summary>Side by side, for most of a start is waiting. When one fails the others are ended before its reason is thrown.</summary>
    private async Task StartClustersAsync(IReadOnlyList<ClusterSettings> plan, CancellationToken cancel)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var ports = new PickedPorts(plan.Select(settings => settings.Port));
        Task<EmbeddedCluster>[] starts = [.. plan.Select(settings => EmbeddedCluster.StartAsync(home, settings, options, ports, logging, time, together.Token))];
        await foreach (Task<EmbeddedCluster> start in Task.WhenEach(starts))
        {
            if (!start.IsCompletedSuccessfully)
                await together.CancelAsync();
        }
        // In the order of the plan, which is the order of the kubeconfig.
        foreach (Task<EmbeddedCluster> start in starts.Where(start => start.IsCompletedSuccessfully))
            _clusters.Add(await start);
        if (starts.FirstOrDefault(start => start.IsFaulted) is { } failed)
            await failed;
        await Task.WhenAll(starts);
    }

    /// <summary>Clusters without a page are worth more than none.</summary>
    private async Task StartPageAsync(CancellationToken cancel)
    {
        try
        {
            _page = await PageStart.RunAsync(home, options, Connections(), logging, time, cancel);
        }
        catch (Exception fault) when (fault is IOException or KubeconfigException)
        {
            Log.NoPage(_log, fault.Message);
        }
    }

    private IReadOnlyList<ClusterConnection> Connections() => PageStart.Connections(home, _clusters.Select(cluster => cluster.Name), time);

    private void OnKubeconfigRenewed()
    {
        WriteKubeconfig();
        _page?.SetClusters(Connections());
    }

    private void Announce(bool ready)
    {
        var record = new DaemonRecord
        {
            Home = home.Root,
            Pid = Environment.ProcessId,
            StartTime = ProcessIdentity.Of(Environment.ProcessId)?.StartTime ?? 0,
            Ready = ready,
            Dashboard = _page?.Address.ToString(),
            ContainerRemedy = _containerRemedy,
            MovedPorts = _movedPorts.Count > 0 ? _movedPorts : null,
            Clusters = [.. _clusters.Select(cluster => new ClusterRecord(cluster.Name, cluster.Server.ToString().TrimEnd('/'), home.ClusterKubeconfig(cluster.Name)))],
        };
        AtomicFile.Write(home.DaemonFile, JsonSerializer.SerializeToUtf8Bytes(record, LocalJson.Default.DaemonRecord));
    }

    private void WriteKubeconfig() =>
        AtomicFile.Write(home.Kubeconfig, MergedKubeconfig.Of([.. _clusters.Select(cluster => File.ReadAllBytes(home.ClusterKubeconfig(cluster.Name)))]));

    private static partial class Log
    {
        [LoggerMessage(5000, LogLevel.Information, "{Count} cluster(s) of {Home} are ready")]
        public static partial void Ready(ILogger log, int count, string home);

        [LoggerMessage(5002, LogLevel.Warning, "There is no page: {Why}")]
        public static partial void NoPage(ILogger log, string why);

        [LoggerMessage(5003, LogLevel.Warning, "Pods run as programs of this machine, and their images are only labels; for pods from images: {Remedy}")]
        public static partial void NoContainers(ILogger log, string remedy);

        [LoggerMessage(5004, LogLevel.Warning, "{What}")]
        public static partial void Moved(ILogger log, string what);

        [LoggerMessage(5001, LogLevel.Information, "The clusters of {Home} ended")]
        public static partial void Ended(ILogger log, string home);
    }
}
