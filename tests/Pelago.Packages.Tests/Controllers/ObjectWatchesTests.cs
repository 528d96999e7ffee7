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
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps"), Secrets = new("", "v1", "secrets"), Services = new("", "v1", "services");

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
        var web = new InstallationPart(new ObjectKey(run.Namespace, "web"), InstallationRun.Home);
        var told = Channel.CreateUnbounded<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = new ObjectWatches((_, cluster) => told.Writer.TryWrite(cluster), TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        await Eventually.GetAsync(() => Task.FromResult(watches.Covers(web, run.Cluster, Kinds(ConfigMaps)) & watches.Covers(web with { Cluster = "east" }, run.Others[0], Kinds(ConfigMaps))), covered => covered, Cancel);

        watches.Retain(new HashSet<IKubeApi> { run.Cluster }, new HashSet<InstallationPart> { web, web with { Cluster = "east" } });
        while (told.Reader.TryRead(out _))
        {
            // What other tests have left there.
        }
        while (told.Reader.TryRead(out _))
        {
        }

        await run.WantAsync("web", SamplePackage.Of("1.0"));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        string first = await told.Reader.ReadAsync(Cancel);
        await stop.CancelAsync();
        await watches.StoppedAsync();
        told.Writer.Complete();

        List<string> clusters = [first, .. await told.Reader.ReadAllAsync(Cancel).ToListAsync(Cancel)];
        Assert.NotEmpty(clusters);
        Assert.All(clusters, cluster => Assert.Equal(InstallationRun.Home, cluster));
    }

    [Fact]
    public async Task A_kind_that_nothing_is_installed_of_any_more_is_not_watched()
    {
        InstallationRun run = await bed.StartAsync();
        InstallationPart web = new(new ObjectKey(run.Namespace, "web"), InstallationRun.Home), shop = web with { Key = new ObjectKey(run.Namespace, "shop") };
        HashSet<IKubeApi> apis = [run.Cluster];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = new ObjectWatches((_, _) => { }, TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        watches.Covers(web, run.Cluster, Kinds(ConfigMaps, Secrets));
        watches.Covers(shop, run.Cluster, Kinds(Secrets, Services));

        watches.Retain(apis, new HashSet<InstallationPart> { web, shop });
        int all = watches.Count;
        watches.Covers(web, run.Cluster, Kinds(ConfigMaps));
        watches.Retain(apis, new HashSet<InstallationPart> { web, shop });
        int afterUpgrade = watches.Count;
        watches.Retain(apis, new HashSet<InstallationPart> { web });
        int afterRemoval = watches.Count;
        await stop.CancelAsync();
        await watches.StoppedAsync();

        Assert.Equal([3, 3, 1], [all, afterUpgrade, afterRemoval]);
    }

    [Fact]
    public async Task Nothing_but_metadata_is_read_of_what_is_watched()
    {
        InstallationRun run = await bed.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = new ObjectWatches((_, _) => { }, TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        var web = new InstallationPart(new ObjectKey(run.Namespace, "web"), InstallationRun.Home);

        await Eventually.GetAsync(() => Task.FromResult(watches.Covers(web, run.Cluster, Kinds(Secrets))), covered => covered, Cancel);
        await stop.CancelAsync();
        await watches.StoppedAsync();

        Assert.NotEmpty(run.Cluster.Lists);
        Assert.All(run.Cluster.Lists, list => Assert.True(list.Query.MetadataOnly));
    }

    private static IReadOnlySet<GroupVersionResource> Kinds(params GroupVersionResource[] kinds) => kinds.ToHashSet();
}
