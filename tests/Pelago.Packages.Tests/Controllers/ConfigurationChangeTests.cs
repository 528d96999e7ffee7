// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>Pods take the place of those that were told something else, and of no others.</summary>
public sealed class ConfigurationChangeTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private const string Base = """
        apiVersion: v1
        kind: Secret
        metadata: {name: "{{installation.name}}-login", labels: {version: "v{{package.version}}"} }
        stringData: {password: "{{password}}"}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{installation.name}}-base"}
        spec:
          selector: {matchLabels: {app: "{{installation.name}}-base"} }
          template:
            metadata: {labels: {app: "{{installation.name}}-base"} }
            spec:
              containers:
              - name: base
                image: base
                env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: "{{installation.name}}-login", key: password} } }]
        """;

    private const string Sesame = """{"password": "open-sesame"}""", Barley = """{"password": "open-barley"}""";
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly PackageRevision One = With(SamplePackage.Of("1.0", Base)), Two = With(SamplePackage.Of("2.0", Base));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_that_is_set_changed_or_taken_away_makes_the_pods_anew_that_are_told_it()
    {
        InstallationRun run = await bed.StartAsync();
        var marks = new List<string?>();
        foreach (string options in (string[])["{}", Sesame, Barley, "{}"])
        {
            await WantAsync(run, "web", One, options);
            marks.Add(MarkOf(await BaseAsync(run, "web")));
            Assert.Null(MarkOf((await run.FindAsync(Deployments, "web"))!.Value));
        }

        Assert.DoesNotContain(null, marks);
        Assert.NotEqual(marks[0], marks[1]);
        Assert.NotEqual(marks[1], marks[2]);
        Assert.NotEqual(marks[2], marks[3]);
    }

    [Fact]
    public async Task Pods_stay_where_nothing_changes_that_they_are_told()
    {
        InstallationRun run = await bed.StartAsync();
        await WantAsync(run, "web", One, Sesame);
        KubeObject first = await BaseAsync(run, "web");

        // The secret options are given once more each time, and kept with another salt.
        await WantAsync(run, "web", Two, Sesame);
        await WantAsync(run, "web", Two, """{"password": "open-sesame", "greeting": "good day"}""");
        KubeObject last = await BaseAsync(run, "web");

        Assert.Equal((first.Generation, MarkOf(first)), (last.Generation, MarkOf(last)));
    }

    [Fact]
    public async Task A_password_is_not_to_be_guessed_from_what_everybody_may_read()
    {
        InstallationRun run = await bed.StartAsync();
        await WantAsync(run, "one", One, Sesame);
        await WantAsync(run, "two", With(SamplePackage.Of("1.0", Base.Replace("{{installation.name}}-login", "login", StringComparison.Ordinal))), Sesame);
        await WantAsync(run, "three", With(SamplePackage.Of("1.0", Base.Replace("{{installation.name}}-login", "third", StringComparison.Ordinal))), Sesame);

        string?[] marks = [MarkOf(await BaseAsync(run, "one")), MarkOf(await BaseAsync(run, "two")), MarkOf(await BaseAsync(run, "three"))];

        Assert.Equal(3, marks.Distinct().Count());
        Release release = await ReleaseAsync(run, "two");
        Assert.NotEmpty(release.Salt);
        Release keyless = ConfigurationMarks.On(release, null, run.Namespace, "");
        Assert.DoesNotContain(marks[1]!, new JsonArray([.. keyless.Objects.Select(json => json.DeepClone())]).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_says_that_pods_start_anew_only_where_they_do()
    {
        InstallationRun run = await bed.StartAsync();
        await WantAsync(run, "web", One, Sesame);
        Release before = await ReleaseAsync(run, "web");

        string same = await DifferenceAsync(run, before, Sesame), other = await DifferenceAsync(run, before, Barley);

        Assert.Equal("", same);
        Assert.Contains("another: its pods start anew", other, StringComparison.Ordinal);
        Assert.DoesNotContain("open-", other, StringComparison.Ordinal);
    }

    private static PackageRevision With(PackageRevision package)
    {
        var config = (JsonObject)package.Config!.DeepClone();
        config.Object("properties")!["password"] = SamplePackage.Json("""{"type": "string", "default": "", "media": {"type": "application/x-secret+string"}}""");
        return package with { Config = config };
    }

    private static async Task WantAsync(InstallationRun run, string name, PackageRevision package, string options)
    {
        long before = (await run.GetAsync(name))?.Revision ?? 0;
        await run.WantAsync(name, package, options);
        await run.WorkAsync(name, now => now is { IsObserved: true, Phase: InstallationPhase.Healthy } && now.Revision > before);
    }

    private static async Task<KubeObject> BaseAsync(InstallationRun run, string name) => (await run.FindAsync(Deployments, $"{name}-base"))!.Value;

    private static string? MarkOf(KubeObject workload) =>
        workload.Spec!.Object("template")!.Object("metadata")!.Object("annotations")?.String(PackagesApi.ConfigurationAnnotation);

    private static async Task<Release> ReleaseAsync(InstallationRun run, string name) =>
        Release.Read(await new RecordStore(run.Cluster, TimeProvider.System).ReadAsync(run.Namespace, (await run.GetAsync(name))!.Clusters[InstallationRun.Home].Release, Cancel));

    private static async Task<string> DifferenceAsync(InstallationRun run, Release before, string options)
    {
        (Release? after, _) = ReleaseBuilder.Build(One, SamplePackage.Json(options), run.Namespace, "web");
        IReadOnlyList<ObjectChange> changes = await new ReleaseDiff(run.Cluster, run.Namespace).CompareAsync(before, after, Cancel);
        return string.Join('\n', changes.SelectMany(change => change.Fields));
    }
}
