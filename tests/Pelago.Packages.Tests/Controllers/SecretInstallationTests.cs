// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>Secret options lie in a Secret that is the installation's own, and are said nowhere else.</summary>
public sealed class SecretInstallationTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private const string Password = "open-sesame", Other = "open-barley";
    private const string Lost = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets"), ConfigMaps = new("", "v1", "configmaps");
    private static readonly PackageRevision One = With(SamplePackage.Of("1.0")), Two = With(SamplePackage.Of("2.0"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_rendered_and_stand_in_no_installation()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"greeting": "hi", "password": "open-sesame"}""");

        Installation now = (await run.GetAsync("web"))!;

        Assert.Equal(Password, await RenderedAsync(run));
        Assert.DoesNotContain(Password, now.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""{"greeting":"hi"}""", now.Spec.Options.ToJsonString());
        KubeObject secret = Assert.Single(await OfAsync(run, now.Spec.Secrets));
        JsonObject owner = (JsonObject)Assert.Single(secret.Metadata.Array("ownerReferences")!)!;
        Assert.Equal((now.Object.Uid, "web", "Installation"), (owner.String("uid"), owner.String("name"), owner.String("kind")));
        Assert.Equal(now.Spec.Secrets, Assert.Single(now.History).Secrets);
        Assert.DoesNotContain(Password, (await new RecordStore(run.Cluster, TimeProvider.System).ReadAsync(now.Namespace, now.History[0].Record, Cancel)).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_ones_are_no_new_revision_and_others_are()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"password": "open-sesame"}""");
        Installation first = (await run.GetAsync("web"))!;

        Installation same = await ChangeAsync(run, One, spec => spec);
        Installation changed = await ChangeAsync(run, One, spec => spec with { Options = SamplePackage.Json("""{"password": "open-barley"}""") });

        Assert.Equal((1, first.Spec.Secrets), (same.Revision, same.Spec.Secrets));
        Assert.Equal(2, changed.Revision);
        Assert.NotEqual(first.Spec.Secrets, changed.Spec.Secrets);
        Assert.Equal(Other, await RenderedAsync(run));
    }

    [Fact]
    public async Task An_upgrade_keeps_them_and_a_way_back_brings_those_of_before()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"password": "open-sesame"}""");
        Installation first = (await run.GetAsync("web"))!;
        await ChangeAsync(run, Two, spec => spec with { Version = "2.0", Digest = RecordStore.DigestOf(PackageRecord.Of(Two)) });
        string upgraded = await RenderedAsync(run);
        await ChangeAsync(run, Two, spec => spec with { Options = SamplePackage.Json("""{"password": "open-barley"}""") });
        string changed = await RenderedAsync(run);

        var records = new RecordStore(run.Cluster, TimeProvider.System);
        var before = InstallationSpec.Read(await records.ReadAsync(first.Namespace, first.History[0].Record, Cancel));
        InstallationSpec opened = await new SecretRecords(records).OpenAsync(first.Namespace, "web", before, Cancel);
        Installation back = await ChangeAsync(run, One, _ => opened);

        Assert.Equal([Password, Other, Password], [upgraded, changed, await RenderedAsync(run)]);
        Assert.Equal(first.Spec.Secrets, back.Spec.Secrets);
        Assert.All(back.History, revision => Assert.NotEqual("", revision.Secrets));
    }

    [Fact]
    public async Task Those_that_somebody_wrote_into_an_installation_are_moved_out_of_it()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One, """{"greeting": "hi", "password": "open-sesame"}""");
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        Installation moved = (await run.GetAsync("web"))!;

        // As whoever applies the same document again and again does.
        await run.WantAsync("web", One, """{"greeting": "hi", "password": "open-sesame"}""", spec => spec with { Secrets = moved.Spec.Secrets });
        Installation again = (await run.WorkAsync("web", now => now is { IsObserved: true, Phase: InstallationPhase.Healthy } && now.Object.Generation > moved.Object.Generation + 1))!;

        Assert.Equal(Password, await RenderedAsync(run));
        Assert.DoesNotContain(Password, moved.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, again.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal((1, 1, moved.Spec.Secrets), (moved.Revision, again.Revision, again.Spec.Secrets));
    }

    [Fact]
    public async Task Options_for_one_cluster_are_kept_likewise()
    {
        InstallationRun run = await bed.StartAsync("east");
        Installation now = await InstallAsync(run, "{}", spec => spec with { Clusters = [new ClusterTarget("east", SamplePackage.Json("""{"greeting": "hi", "password": "open-sesame"}"""))] });

        Assert.Equal(Password, await RenderedAsync(run));
        Assert.DoesNotContain(Password, now.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""{"greeting":"hi"}""", now.Spec.Clusters[0].Options.ToJsonString());
    }

    [Fact]
    public async Task Another_installations_are_not_to_be_had_by_naming_them()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"password": "open-sesame"}""");
        string digest = (await run.GetAsync("web"))!.Spec.Secrets;

        await run.WantAsync("thief", One, change: spec => spec with { Secrets = digest });
        Installation now = (await run.WorkUntilAsync("thief", InstallationPhase.Failed))!;

        Assert.Contains("is not the secret options of thief", now.Message, StringComparison.Ordinal);
        Assert.Null(await run.FindAsync(ConfigMaps, "thief"));
    }

    [Fact]
    public async Task Where_they_are_lost_what_is_said_of_it_mends_it()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One, change: spec => spec with { Secrets = Lost });
        Installation failed = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;

        Installation mended = await ChangeAsync(run, One, spec => spec with { Options = SamplePackage.Json("""{"password": "open-sesame"}""") });

        Assert.Contains("'pelago package upgrade web --keep-version' with --set-file gives them again", failed.Message, StringComparison.Ordinal);
        Assert.Equal((Password, 2), (await RenderedAsync(run), mended.Revision));
        Assert.NotEqual(Lost, mended.Spec.Secrets);
        Assert.Empty(mended.Message);
    }

    [Fact]
    public async Task Where_the_package_is_not_there_either_it_is_said_how_both_come_there()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One, change: spec => spec with { Secrets = Lost, Digest = Lost });

        Installation failed = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;

        Assert.Contains("'pelago package upgrade web --package-version 1.0' brings it there, and with --set-file its secret options", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_that_a_copy_brings_take_the_place_of_those_that_are_lost()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One, """{"password": "open-sesame"}""", spec => spec with { Secrets = Lost });
        Installation mended = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        await run.WantAsync("web", One, """{"password": "open-sesame"}""", spec => spec with { Secrets = Lost });
        Installation again = (await run.WorkAsync("web", now => now is { IsObserved: true, Phase: InstallationPhase.Healthy } && now.Object.Generation > mended.Object.Generation + 1))!;

        Assert.Equal(Password, await RenderedAsync(run));
        Assert.DoesNotContain(Password, mended.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.StartsWith("secret options given again", mended.History[0].Cause, StringComparison.Ordinal);
        Assert.Equal((1, 1, mended.Spec.Secrets), (mended.Revision, again.Revision, again.Spec.Secrets));
    }

    [Fact]
    public async Task One_that_a_newer_version_does_not_call_secret_stays_secret()
    {
        PackageRevision secret = WithLogin(SamplePackage.Of("1.0"), """{"type": "string", "format": "password"}"""), plain = WithLogin(SamplePackage.Of("2.0"), """{"type": "string"}""");
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"login": "open-sesame"}""", package: secret);
        Installation upgraded = await ChangeAsync(run, plain, spec => spec with { Version = "2.0", Digest = RecordStore.DigestOf(PackageRecord.Of(plain)) });
        string kept = await RenderedAsync(run);
        Installation changed = await ChangeAsync(run, plain, spec => spec with { Options = SamplePackage.Json("""{"login": "open-barley"}""") });
        Release release = Release.Read(await new RecordStore(run.Cluster, TimeProvider.System).ReadAsync(run.Namespace, changed.Clusters[InstallationRun.Home].Release, Cancel));

        Assert.Equal((Password, Other), (kept, await RenderedAsync(run)));
        Assert.DoesNotContain(Password, upgraded.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Other, changed.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal([Other], release.Secrets);
    }

    [Fact]
    public async Task What_a_container_says_at_its_end_is_said_without_them()
    {
        InstallationRun run = await bed.StartAsync();
        run.BecomesReady = _ => false;
        await run.AddEndedPodAsync("web", $"cannot log in as {Password} ({Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"me:{Password}"))})");
        var spec = new InstallationSpec { Package = One.Name, Version = One.Version, Digest = "", Options = SamplePackage.Json("""{"password": "open-sesame"}"""), TimeoutSeconds = 20 };
        await new InstallationWrites(run.Cluster, new RecordStore(run.Cluster, TimeProvider.System)).CreateAsync(run.Namespace, "web", One, spec, "installed", Cancel);

        Installation waiting = (await run.WorkAsync("web", now => now?.Message.Contains("ended with code 1", StringComparison.Ordinal) == true))!;
        Installation failed = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;

        Assert.Contains("cannot log in as (a secret) ((a secret))", waiting.Message, StringComparison.Ordinal);
        Assert.Contains("cannot log in as (a secret) ((a secret))", failed.Clusters[InstallationRun.Home].Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"password": "zq"}""", "/password: minLength: expected 4 characters or more, found a value that is not shown; set it with --set-file password=FILE")]
    [InlineData("""{"password": "open_sesame"}""", "Service web: ")]
    public async Task What_is_wrong_with_one_is_said_without_it(string options, string words)
    {
        InstallationRun run = await bed.StartAsync();
        string password = SamplePackage.Json(options).String("password")!;
        PackageRevision package = words == "Service web: " ? With(SamplePackage.Of("1.0", """{apiVersion: v1, kind: Service, metadata: {name: "{{installation.name}}"}, spec: {ports: [{port: 80, name: "{{password}}"}]}}""")) : One;

        Installation now = await InstallAsync(run, options, phase: InstallationPhase.Failed, package: package);

        Assert.Contains(words, now.Message, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{password}\"", now.Object.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(password, now.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_does_not_say_them_wherever_they_stand()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"password": "open-sesame"}""");
        Installation now = (await run.GetAsync("web"))!;
        Release before = Release.Read(await new RecordStore(run.Cluster, TimeProvider.System).ReadAsync(now.Namespace, now.Clusters[InstallationRun.Home].Release, Cancel));
        (Release? after, _) = ReleaseBuilder.Build(One, SamplePackage.Json("""{"password": "open-barley", "greeting": "hi"}"""), now.Namespace, "web");

        IReadOnlyList<ObjectChange> changes = await new ReleaseDiff(run.Cluster, now.Namespace).CompareAsync(before, after, Cancel);

        string[] fields = [.. changes.SelectMany(change => change.Fields)];
        Assert.Contains("data.greeting: hello → hi", fields);
        Assert.Contains("data.login: (a secret) changes", fields);
        Assert.DoesNotContain(fields, field => field.Contains(Password, StringComparison.Ordinal) || field.Contains(Other, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_them_is_left_when_it_goes()
    {
        InstallationRun run = await bed.StartAsync();
        await InstallAsync(run, """{"password": "open-sesame"}""");
        await ChangeAsync(run, One, spec => spec with { Options = SamplePackage.Json("""{"password": "open-barley"}""") });

        await run.UninstallAsync("web");
        await run.WorkAsync("web", gone => gone is null);

        Assert.Empty(await run.ListAsync(Secrets));
    }

    private static PackageRevision With(PackageRevision package)
    {
        var config = (JsonObject)package.Config!.DeepClone();
        config.Object("properties")!["password"] = SamplePackage.Json("""{"type": "string", "minLength": 4, "media": {"type": "application/x-secret+string"}}""");
        return package with { Config = config, KubernetesTemplate = package.KubernetesTemplate!.Replace("data: {greeting", "data: {login: \"{{password}}\", greeting", StringComparison.Ordinal) };
    }

    private static PackageRevision WithLogin(PackageRevision package, string property)
    {
        PackageRevision with = With(package);
        JsonObject properties = with.Config!.Object("properties")!;
        properties.Remove("password");
        properties["login"] = SamplePackage.Json(property);
        return with with { KubernetesTemplate = with.KubernetesTemplate!.Replace("{{password}}", "{{login}}", StringComparison.Ordinal) };
    }

    /// <summary>As a client does it.</summary>
    private static async Task<Installation> InstallAsync(
        InstallationRun run, string options, Func<InstallationSpec, InstallationSpec>? change = null, string phase = InstallationPhase.Healthy, PackageRevision? package = null)
    {
        package ??= One;
        var spec = new InstallationSpec { Package = package.Name, Version = package.Version, Digest = "", Options = SamplePackage.Json(options), TimeoutSeconds = 20 };
        await new InstallationWrites(run.Cluster, new RecordStore(run.Cluster, TimeProvider.System))
            .CreateAsync(run.Namespace, "web", package, change is null ? spec : change(spec), "installed", Cancel);
        return (await run.WorkUntilAsync("web", phase))!;
    }

    private static async Task<Installation> ChangeAsync(InstallationRun run, PackageRevision package, Func<InstallationSpec, InstallationSpec> change)
    {
        Installation present = (await run.GetAsync("web"))!;
        var records = new RecordStore(run.Cluster, TimeProvider.System);
        (InstallationSpec opened, _) = await new SecretRecords(records).OpenToChangeAsync(run.Namespace, "web", present.Spec, Cancel);
        await new InstallationWrites(run.Cluster, records).ChangeAsync(present, package, change(opened), "changed", Cancel);
        return (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;
    }

    private static async Task<string> RenderedAsync(InstallationRun run) => (await run.FindAsync(ConfigMaps, "web"))!.Value.Json.Object("data")!.String("login")!;

    private static async Task<IReadOnlyList<KubeObject>> OfAsync(InstallationRun run, string digest) =>
        [.. (await run.ListAsync(Secrets)).Where(secret => secret.Annotations?.String("packages.pelago.dev/digest") == digest)];
}
