// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>What becomes of installations that something went wrong with, and what people do about it.</summary>
public sealed class RecoveryTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly PackageRevision One = SamplePackage.Of("1.0"), Two = SamplePackage.Of("2.0");

    private InstallationWrites Writes => new(bed.Api, new RecordStore(bed.Api, TimeProvider.System));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_may_have_objects_of_a_kind_that_it_defines_itself()
    {
        const string more = """
            apiVersion: sample.example.com/v1
            kind: Raft
            metadata: {name: one}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: rafts.sample.example.com}
            spec:
              group: sample.example.com
              scope: Namespaced
              names: {kind: Raft, plural: rafts}
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object} } }]
            """;
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await run.WantAsync("web", SamplePackage.Of("2.0", more));
        Installation now = (await run.WorkAsync("web", web => web is { IsObserved: true, Phase: InstallationPhase.Healthy or InstallationPhase.RolledBack }))!;

        Assert.Equal((InstallationPhase.Healthy, ""), (now.Phase, now.Message));
        Assert.NotNull(await run.FindAsync(new GroupVersionResource("sample.example.com", "v1", "rafts"), "one"));
        await run.UninstallAsync("web");
        await run.WorkAsync("web", gone => gone is null);
    }

    [Fact]
    public async Task An_object_that_cannot_go_back_keeps_no_other_from_it()
    {
        const string before = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: frozen}
            data: {v: "1"}
            """, after = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: frozen}
            immutable: true
            data: {v: "2"}
            """;
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", SamplePackage.Of("1.0", before));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.BecomesReady = deployment => !deployment.Json.ToJsonString().Contains("web:2.0", StringComparison.Ordinal);

        await run.WantAsync("web", SamplePackage.Of("2.0", after));
        Installation now = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;

        Assert.Contains("ConfigMap frozen: ", now.Message, StringComparison.Ordinal);
        Assert.Contains("web:1.0", (await run.FindAsync(Deployments, "web"))!.Value.Json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_records_are_gone_says_so_once_and_an_upgrade_to_the_same_brings_them_back()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        foreach (KubeObject secret in await run.ListAsync(Secrets))
            await bed.Api.DeleteAsync(new ResourcePath(Secrets, run.Namespace, secret.Name), DeleteQuery.None, Cancel);

        Installation failed = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;
        int rounds = 0;
        Installation later = (await run.WorkAsync("web", _ => ++rounds == 5))!;
        await Writes.ChangeAsync(later, One, later.Spec, "tried again", Cancel);
        Installation mended = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        Assert.Contains("'pelago package upgrade web --package-version 1.0' brings it there", failed.Message, StringComparison.Ordinal);
        Assert.Equal(failed.Object.ResourceVersion, later.Object.ResourceVersion);
        Assert.Equal("1.0", mended.Spec.Version);
        Assert.Equal((1, "tried again"), (mended.Spec.Attempt, mended.History[^1].Cause));
    }

    [Fact]
    public async Task What_was_rolled_back_can_be_tried_again_and_what_is_healthy_is_not()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.BecomesReady = deployment => !deployment.Json.ToJsonString().Contains("web:2.0", StringComparison.Ordinal);
        await run.WantAsync("web", Two);
        Installation given = (await run.WorkUntilAsync("web", InstallationPhase.RolledBack))!;
        run.BecomesReady = _ => true;

        await Writes.ChangeAsync(given, Two, given.Spec, "tried again", Cancel);
        Installation healthy = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;
        Installation same = await Writes.ChangeAsync(healthy, Two, healthy.Spec, "not needed", Cancel);

        Assert.Equal("2.0", (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("version"));
        Assert.Equal(given.Revision + 1, healthy.Revision);
        Assert.Equal(healthy.Object.Generation, same.Object.Generation);
    }

    [Fact]
    public async Task A_change_is_written_though_the_status_has_moved_and_not_though_the_spec_has()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        Installation read = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;
        byte[] said = KubeJson.ToUtf8(new JsonObject { ["status"] = new JsonObject { ["message"] = "a pod crashes" } });
        (await bed.Api.PatchAsync(read.Path with { Subresource = "status" }, PatchType.Merge, said, WriteQuery.None, Cancel)).BodyOrThrow();

        Installation changed = await Writes.ChangeAsync(read, Two, read.Spec with { Version = "2.0", Digest = RecordStore.DigestOf(PackageRecord.Of(Two)) }, "upgraded", Cancel);

        Assert.Equal("2.0", changed.Spec.Version);
        var refused = await Assert.ThrowsAsync<ApiStatusException>(() => Writes.ChangeAsync(read, One, read.Spec with { TimeoutSeconds = 7 }, "too late", Cancel));
        Assert.True(refused.Status.IsConflict);
    }

    [Fact]
    public async Task One_that_names_a_cluster_that_nobody_knows_can_be_uninstalled()
    {
        InstallationRun run = await bed.StartAsync();
        run.Unknown = ["eats"];
        await run.WantAsync("web", One, change: spec => spec with { Clusters = [new ClusterTarget("eats", [])] });
        await run.WorkAsync("web", now => now?.Clusters.GetValueOrDefault("eats")?.Message.StartsWith("no cluster eats is known here", StringComparison.Ordinal) == true);

        await run.UninstallAsync("web");

        await run.WorkAsync("web", gone => gone is null);
    }

    [Fact]
    public async Task One_that_is_being_removed_is_not_changed_which_is_said()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        await run.UninstallAsync("web");
        Installation going = (await run.GetAsync("web"))!;

        var refused = await Assert.ThrowsAsync<ApiStatusException>(() => Writes.ChangeAsync(going, Two, going.Spec, "upgraded", Cancel));

        Assert.Equal("web is being removed and was not changed: wait until it is gone, and install it again", refused.Status.Message);
        await run.WorkAsync("web", gone => gone is null);
    }

    [Fact]
    public async Task What_is_wanted_again_while_it_is_removed_is_kept()
    {
        InstallationRun run = await bed.StartAsync("east");
        await run.WantAsync("web", One, change: spec => spec with { Clusters = [new ClusterTarget("east", [])] });
        Installation installed = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;
        string? uid = (await run.FindAsync(Deployments, "web"))?.Uid;

        // As a controller left it that was killed after its first step: the cluster was taken out of the spec, and is back.
        byte[] removing = KubeJson.ToUtf8(SamplePackage.Json("""{"status": {"clusters": {"east": {"operation": "remove", "step": "Delete", "phase": "Removing"}}}}"""));
        (await bed.Api.PatchAsync(installed.Path with { Subresource = "status" }, PatchType.Merge, removing, WriteQuery.None, Cancel)).BodyOrThrow();
        await run.WorkAsync("web", now => now?.Clusters["east"] is { Step: "", Phase: InstallationPhase.Healthy });

        Assert.Equal(uid, (await run.FindAsync(Deployments, "web"))?.Uid);
    }

    [Fact]
    public async Task Very_long_last_words_are_cut()
    {
        InstallationRun run = await bed.StartAsync();
        run.BecomesReady = _ => false;
        await run.WantAsync("web", One);
        await run.AddEndedPodAsync("web", new string('x', 4000));

        Installation failed = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;

        ClusterState state = failed.Clusters[InstallationRun.Home];
        Assert.EndsWith("x…", state.Message, StringComparison.Ordinal);
        Assert.True(state.Message.Length < 2000 && state.Failure.Length < 2000);
    }

    [Fact]
    public async Task A_cluster_that_refuses_to_be_asked_is_not_said_to_be_healthy()
    {
        InstallationRun run = await bed.StartAsync("east");
        await run.WantAsync("web", One, change: spec => spec with { Clusters = [new ClusterTarget("east", [])] });
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        run.Others[0].Fault = new ApiStatusException(ApiStatus.Unauthorized());
        Installation unseen = (await run.WorkUntilAsync("web", InstallationPhase.Degraded))!;
        run.Others[0].Fault = null;
        Installation seen = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        Assert.Equal("the cluster refuses, which is tried again: Unauthorized", unseen.Message);
        Assert.Equal("", seen.Message);
    }
}
