// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

public sealed class InstallationTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly PackageRevision One = SamplePackage.Of("1.0"), Two = SamplePackage.Of("2.0");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Options_that_the_schema_does_not_allow_are_refused_and_what_runs_stays()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await run.WantAsync("web", One, """{"replicas": 0}""");
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.Failed);

        Assert.Equal("/replicas: minimum: expected 1 or more, found number 0; set it with --set replicas=1", now!.Message);
        Assert.Equal("1.0", (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("version"));
        await run.WantAsync("web", Two);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
    }

    [Fact]
    public async Task What_the_cluster_refuses_is_said_with_its_reason()
    {
        const string broken = """{apiVersion: v1, kind: Service, metadata: {name: door}, spec: {ports: [{port: -1}] } }""";
        InstallationRun run = await bed.StartAsync();

        await run.WantAsync("web", SamplePackage.Of("1.0", broken));
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.Failed);

        Assert.StartsWith("Service door: ", now!.Message, StringComparison.Ordinal);
        Assert.Contains("spec.ports[0].port: Invalid value: -1: must be between 1 and 65535", now.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_does_not_upgrade_from_the_one_before_is_refused()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", Two);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await run.WantAsync("web", SamplePackage.Of("3.0"));
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.Failed);

        Assert.Equal("sample 3.0 does not upgrade from 2.0 (it does from 1.0), and 2.0 does not go back to 3.0 (it does to 1.0)", now!.Message);
    }

    [Fact]
    public async Task What_somebody_else_made_is_left_alone()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("one", One);
        await run.WorkUntilAsync("one", InstallationPhase.Healthy);
        PackageRevision thief = SamplePackage.Of("1.0", "{apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {greeting: mine}}");

        await run.WantAsync("two", thief);
        Installation? now = await run.WorkUntilAsync("two", InstallationPhase.Failed);
        await run.UninstallAsync("two");
        await run.WorkAsync("two", gone => gone is null);

        Assert.Contains("ConfigMap one is there already and is of the installation", now!.Message, StringComparison.Ordinal);
        Assert.Equal("hello", (await run.FindAsync(ConfigMaps, "one"))!.Value.Json.Object("data")!.String("greeting"));
        Assert.Equal(["configmaps one", "configmaps one-only-1-0", "deployments one"], await run.ObjectsAsync("one"));
    }

    [Fact]
    public async Task An_object_of_another_hubs_installation_of_the_same_name_is_left_alone()
    {
        InstallationRun run = await bed.StartAsync();
        var theirs = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["data"] = new JsonObject { ["greeting"] = "theirs" },
            ["metadata"] = new JsonObject { ["name"] = "web", ["annotations"] = new JsonObject { [PackagesApi.OwnerAnnotation] = $"{run.Namespace}/web@b7c2" } },
        };
        (await run.Cluster.CreateAsync(new ResourcePath(ConfigMaps, run.Namespace), KubeJson.ToUtf8(theirs), WriteQuery.None, Cancel)).BodyOrThrow();

        await run.WantAsync("web", One);
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.Failed);
        await run.UninstallAsync("web");
        await run.WorkAsync("web", gone => gone is null);

        Assert.Equal($"ConfigMap web is there already and is of the installation {run.Namespace}/web of another hub: give this one another name", now!.Message);
        Assert.Equal("theirs", (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("greeting"));
    }

    [Fact]
    public async Task An_object_that_an_earlier_program_marked_is_taken_up()
    {
        InstallationRun run = await bed.StartAsync();
        var old = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = "web", ["annotations"] = new JsonObject { [PackagesApi.OwnerAnnotation] = $"{run.Namespace}/web" } },
        };
        (await run.Cluster.CreateAsync(new ResourcePath(ConfigMaps, run.Namespace), KubeJson.ToUtf8(old), WriteQuery.None, Cancel)).BodyOrThrow();

        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        Assert.StartsWith($"{run.Namespace}/web@", (await run.FindAsync(ConfigMaps, "web"))!.Value.Annotations!.String(PackagesApi.OwnerAnnotation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_kept_stays_and_is_named()
    {
        const string kept = """{apiVersion: v1, kind: ConfigMap, metadata: {name: data, annotations: {packages.pelago.dev/keep: "true"} } }""";
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", SamplePackage.Of("1.0", kept));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await run.UninstallAsync("web");
        Installation? last = await run.WorkAsync("web", now => now is null || now.Clusters[InstallationRun.Home].Phase == InstallationPhase.Removed);

        string ns = (await run.FindAsync(ConfigMaps, "data"))!.Value.Namespace;
        Assert.Equal([$"ConfigMap {ns}/data"], last!.Clusters[InstallationRun.Home].Left);
        await run.WorkAsync("web", now => now is null);
        Assert.Equal(["configmaps data"], await run.ObjectsAsync("web"));
    }

    [Fact]
    public async Task A_hook_that_fails_ends_an_upgrade_and_the_version_before_is_in_place()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.Succeeds = _ => false;

        await run.WantAsync("web", Two);
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.RolledBack);

        Assert.Contains("post-upgrade, Job web-prepare-", now!.Message, StringComparison.Ordinal);
        Assert.Equal("1.0", (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("version"));
        Assert.Equal(["configmaps web", "configmaps web-only-1-0", "deployments web"], await run.ObjectsAsync("web"));
    }

    [Fact]
    public async Task A_hook_that_never_ends_does_not_keep_what_is_to_go()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.Ends = _ => false;

        await run.UninstallAsync("web");
        await run.WorkAsync("web", now => now is null);

        Assert.Empty(await run.ObjectsAsync("web"));
    }

    [Fact]
    public async Task A_first_install_that_fails_heals_when_it_becomes_healthy_after_all()
    {
        InstallationRun run = await bed.StartAsync();
        run.BecomesReady = _ => false;
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Failed);

        run.BecomesReady = _ => true;

        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
    }

    [Fact]
    public async Task What_has_gone_is_applied_again()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        Installation? web = await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await bed.Api.DeleteAsync(new ResourcePath(ConfigMaps, web!.Namespace, "web"), DeleteQuery.None, Cancel);
        await run.WorkAsync("web", now => now!.Phase == InstallationPhase.Degraded);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        Assert.NotNull(await run.FindAsync(ConfigMaps, "web"));
    }

    [Fact]
    public async Task A_package_waits_for_those_that_it_needs()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", SamplePackage.Of("1.0", fields: """, "dependencies": [{"name": "sample", "versions": ["2.0"]}]"""));
        Installation? waits = await run.WorkAsync("web", now => now!.Message.Length > 0);

        await run.WantAsync("other", Two);
        await run.WorkUntilAsync("other", InstallationPhase.Healthy);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        Assert.Equal(InstallationPhase.Pending, waits!.Clusters[InstallationRun.Home].Phase);
        Assert.StartsWith("waits for sample 2.0, which it needs and which is not installed in namespace", waits.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_loses_a_stored_version_is_refused()
    {
        const string definition = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: boats.sample.example.com}
            spec:
              group: sample.example.com
              scope: Namespaced
              names: {kind: Boat, plural: boats}
              versions: [{name: VERSION, served: true, storage: true, schema: {openAPIV3Schema: {type: object} } }]
            """;
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", SamplePackage.Of("1.0", definition.Replace("VERSION", "v1", StringComparison.Ordinal)));
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        await run.WantAsync("web", SamplePackage.Of("2.0", definition.Replace("VERSION", "v2", StringComparison.Ordinal)));
        Installation? now = await run.WorkUntilAsync("web", InstallationPhase.RolledBack);

        Assert.Contains("CustomResourceDefinition boats.sample.example.com would lose the version v1, in which objects are stored", now!.Message, StringComparison.Ordinal);
        await run.UninstallAsync("web");
        await run.WorkAsync("web", gone => gone is null);
    }

    [Fact]
    public async Task Of_several_clusters_one_that_is_down_says_why_and_heals_when_it_returns()
    {
        InstallationRun run = await bed.StartAsync("east", "west");
        run.Others[1].IsDown = true;
        await run.WantAsync("web", One, change: spec => spec with
        {
            Clusters = [new ClusterTarget("east", SamplePackage.Json("""{"greeting": "from the east"}""")), new ClusterTarget("west", [])],
        });

        Installation? now = await run.WorkAsync("web", now => now!.Ready == "1/2");
        Assert.Equal((InstallationPhase.Unreachable, "west: cluster west refused the connection"), (now!.Phase, now.Message));
        Assert.Equal("from the east", (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("greeting"));
        run.Others[1].IsDown = false;
        now = await run.WorkUntilAsync("web", InstallationPhase.Healthy);

        Assert.Equal("2/2", now!.Ready);
    }

    [Fact]
    public async Task Of_five_clusters_four_are_healthy_with_options_of_their_own_and_the_fifth_says_why_it_is_not()
    {
        string[] names = ["a", "b", "c", "d", "e"];
        InstallationRun run = await bed.StartAsync(names);
        run.Others[3].IsDown = true;
        await run.WantAsync("web", One, change: spec => spec with { Clusters = [.. names.Select(name => new ClusterTarget(name, SamplePackage.Json($$"""{"greeting": "from {{name}}"}""")))] });

        Installation? now = await run.WorkAsync("web", now => now!.Ready == "4/5");
        string[] healthy = [.. now!.Clusters.Where(pair => pair.Value.Phase == InstallationPhase.Healthy).Select(pair => pair.Key)];
        IReadOnlyList<string> greetings = [.. names.Select(name => now.Spec.OptionsFor(name).String("greeting")!)];
        run.Others[3].IsDown = false;
        Installation? then = await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.Others[0].IsDown = true;
        Installation? away = await run.WorkUntilAsync("web", InstallationPhase.Unreachable);
        // It is not said to be well while nobody has an answer from it.
        long writes = away!.Object.Generation;
        string version = away.Object.ResourceVersion;
        int rounds = 0;
        Installation? still = await run.WorkAsync("web", _ => ++rounds > 5);

        Assert.Equal((writes, version), (still!.Object.Generation, still.Object.ResourceVersion));
        Assert.Equal(["a", "b", "c", "e"], healthy.Order(StringComparer.Ordinal));
        Assert.Equal((InstallationPhase.Unreachable, "d: cluster d refused the connection"), (now.Phase, now.Message));
        Assert.Equal(["from a", "from b", "from c", "from d", "from e"], greetings);
        Assert.Equal("5/5", then!.Ready);
        Assert.Equal(("4/5", "a: cluster a refused the connection"), (away!.Ready, away.Message));
    }

    [Fact]
    public async Task A_release_of_many_megabytes_is_kept_whole()
    {
        InstallationRun run = await bed.StartAsync();
        var random = new Random(7);
        byte[] noise = new byte[3_000_000];
        random.NextBytes(noise);
        var records = new RecordStore(bed.Api, TimeProvider.System);
        await run.WantAsync("web", One); // the namespace is of this test alone
        string ns = (await run.GetAsync("web"))!.Namespace;
        var document = SamplePackage.Json($$"""{"noise": "{{Convert.ToBase64String(noise)}}"}""");

        string digest = await records.PutAsync(ns, document, Cancel);

        Assert.Equal(digest, await records.PutAsync(ns, document, Cancel));
        Assert.Equal(document.String("noise"), (await records.ReadAsync(ns, digest, Cancel)).String("noise"));
        Assert.True((await run.ListAsync(new GroupVersionResource("", "v1", "secrets"), "packages.pelago.dev/record")).Count > 4);
    }
}
