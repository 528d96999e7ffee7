// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

public sealed class ObjectWatchesTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_healthy_is_looked_at_seldom_for_its_changes_are_told()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", SamplePackage.Of("1.0"));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        var told = Channel.CreateUnbounded<(ObjectKey, string)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = new ObjectWatches((installation, cluster) => told.Writer.TryWrite((installation, cluster)), TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        var work = new ClusterWork(new InstallationClusters(run.Cluster, () => []), TimeProvider.System, watches);
        var key = new ObjectKey(run.Namespace, "web");

        await Eventually.GetAsync(() => work.RunAsync(key, InstallationRun.Home, Cancel), result => result.After == TimeSpan.FromSeconds(60), Cancel);
        while (told.Reader.TryRead(out _))
        {
        }

        (await run.Cluster.DeleteAsync(new ResourcePath(ConfigMaps, run.Namespace, "web"), DeleteQuery.None, Cancel)).BodyOrThrow();
        (ObjectKey, string) heard = await told.Reader.ReadAsync(Cancel);
        await stop.CancelAsync();
        await watches.StoppedAsync();

        Assert.Equal((key, InstallationRun.Home), heard);
    }

    [Fact]
    public async Task A_cluster_that_is_not_in_use_any_more_is_not_watched()
    {
        InstallationRun run = await bed.StartAsync("east");
        var told = Channel.CreateUnbounded<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = new ObjectWatches((_, cluster) => told.Writer.TryWrite(cluster), TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        await Eventually.GetAsync(() => Task.FromResult(watches.Covers(run.Cluster, [ConfigMaps]) & watches.Covers(run.Others[0], [ConfigMaps])), covered => covered, Cancel);

        watches.Retain(new HashSet<IKubeApi> { run.Cluster });
        while (told.Reader.TryRead(out _))
        {
            // What other tests have left there.
        }
        await run.WantAsync("web", SamplePackage.Of("1.0"));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        await stop.CancelAsync();
        await watches.StoppedAsync();
        told.Writer.Complete();

        List<string> heard = await told.Reader.ReadAllAsync(Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(heard);
        Assert.All(heard, cluster => Assert.Equal(InstallationRun.Home, cluster));
    }
}
