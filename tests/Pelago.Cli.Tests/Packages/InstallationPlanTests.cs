// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>What is said before anything is changed: a trial ends as the real thing would.</summary>
public sealed class InstallationPlanTests
{
    private const string Map = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{installation.name}}"}
        data: {version: "{{package.version}}", words: "{{words}}"}
        """;

    private const string Words = """{"type": "object", "properties": {"words": {"type": "string", "default": "", "maxLength": 200}}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_real_thing_would_be_refused_is_refused_on_trial_in_the_same_words()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        string folder = new TrialPackages(home.Beside("packages"))
            .Add("sample", "1.0", Map, config: Words).Add("sample", "2.0", Map, config: Words)
            .Add("bad", "1.0", "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 70000}]}\n").Folder;
        await PutAsync(home, "theirs", "default/theirs@b7c2");

        ProgramResult bad = await home.RunAsync("package", "install", "bad", "--repo", folder, "--dry-run"), badInEarnest = await home.RunAsync("package", "install", "bad", "--repo", folder, "--yes");
        ProgramResult nowhere = await home.RunAsync("package", "install", "sample", "--repo", folder, "-n", "team", "--dry-run");
        ProgramResult theirs = await home.RunAsync("package", "install", "sample", "--repo", folder, "--app-id", "theirs", "--dry-run");
        ProgramResult theirsInEarnest = await home.RunAsync("package", "install", "sample", "--repo", folder, "--app-id", "theirs", "--yes");
        ProgramResult none = await home.RunAsync("package", "list", "-o", "name");
        await OkAsync(home, "package", "install", "sample", "--repo", folder, "--package-version", "1.0", "--yes");
        ProgramResult rule = await home.RunAsync("package", "upgrade", "sample", "--repo", folder, "--dry-run"), ruleInEarnest = await home.RunAsync("package", "upgrade", "sample", "--repo", folder, "--yes");

        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("Service bad: ", bad.Error, StringComparison.Ordinal);
        Assert.Equal((1, bad.Error), (badInEarnest.ExitCode, badInEarnest.Error));
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("has no namespace team", nowhere.Error, StringComparison.Ordinal);
        Assert.Equal(1, theirs.ExitCode);
        Assert.Contains("ConfigMap theirs is there already and is of the installation default/theirs of another hub", theirs.Error, StringComparison.Ordinal);
        Assert.Equal((1, theirs.Error), (theirsInEarnest.ExitCode, theirsInEarnest.Error));
        Assert.Equal("", none.Output);
        Assert.Equal(1, rule.ExitCode);
        Assert.Contains("sample 2.0 does not upgrade from 1.0", rule.Error, StringComparison.Ordinal);
        Assert.Equal((1, rule.Error), (ruleInEarnest.ExitCode, ruleInEarnest.Error));
    }

    [Fact]
    public async Task Who_waits_for_a_cluster_that_is_not_there_is_told_which_and_of_the_way_out()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        string folder = new TrialPackages(home.Beside("packages")).Add("sample", "1.0", Map, config: Words).Folder;
        await OkAsync(home, "package", "install", "sample", "--repo", folder, "--yes");
        using (HttpKubeApi api = Connect(home))
        {
            // As if something had been put on a cluster that is not served any more.
            byte[] ghost = """{"status": {"clusters": {"ghost": {"phase": "Unreachable", "revision": 1, "operation": "install", "touched": ["sha256:00"]}}}}"""u8.ToArray();
            (await api.PatchAsync(new ResourcePath(PackagesApi.Installations, "default", "sample", "status"), PatchType.Merge, ghost, WriteQuery.None, Cancel)).BodyOrThrow();
        }

        ProgramResult waited = await home.RunAsync("package", "uninstall", "sample", "--yes", "--timeout", "8");
        ProgramResult upgraded = await home.RunAsync("package", "upgrade", "sample", "--repo", folder, "--yes"), again = await home.RunAsync("package", "install", "sample", "--repo", folder, "--yes");
        ProgramResult abandoned = await home.RunAsync("package", "uninstall", "sample", "--abandon", "ghost", "--yes");

        Assert.Equal(1, waited.ExitCode);
        Assert.Contains("sample waits for cluster ghost: ", waited.Error, StringComparison.Ordinal);
        Assert.Contains("package uninstall sample --abandon ghost'", waited.Error, StringComparison.Ordinal);
        Assert.Contains("sample is not gone after ", waited.Error, StringComparison.Ordinal);
        Assert.Contains("sample is being removed, and cannot be changed", upgraded.Error, StringComparison.Ordinal);
        Assert.Contains("sample is being removed, and cannot be changed", again.Error, StringComparison.Ordinal);
        Assert.True(abandoned.ExitCode == 0, abandoned.ToString());
    }

    [Fact]
    public async Task An_uninstall_says_what_goes_whose_data_is_lost_and_what_stays()
    {
        const string Claims = """
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: "{{installation.name}}-data"}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Mi}}}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: "{{installation.name}}-kept", annotations: {packages.pelago.dev/keep: "true"}}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Mi}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: "{{installation.name}}"}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: sleep, image: sleep, command: [sleep, "1000"], volumeMounts: [{name: data, mountPath: /var/lib/sample}]}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: "{{installation.name}}-data"}}]
            """;
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        string folder = new TrialPackages(home.Beside("packages")).Add("sample", "1.0", $"{Map}\n{Claims}", config: Words).Folder;
        await home.RunAsync("package", "install", "sample", "--repo", folder, "--yes", "--timeout", "30");

        ProgramResult trial = await home.RunAsync("package", "uninstall", "sample", "--dry-run"), unasked = await home.RunAsync("package", "uninstall", "sample");
        ProgramResult quiet = await home.RunAsync("package", "uninstall", "sample", "--dry-run", "-q");

        Assert.Equal(0, trial.ExitCode);
        Assert.Contains("- ConfigMap sample\n", trial.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^- PersistentVolumeClaim sample-data: its data is lost \\(10Mi, volume ", trial.Error);
        Assert.Contains("= PersistentVolumeClaim sample-kept stays: it is marked with packages.pelago.dev/keep", trial.Error, StringComparison.Ordinal);
        Assert.Contains("The data of 1 volume is lost.", trial.Error, StringComparison.Ordinal);
        Assert.Contains("The data of 1 volume is lost.", unasked.Error, StringComparison.Ordinal);
        Assert.Equal("", quiet.Error);
    }

    [Fact]
    public async Task What_others_need_is_said_before_it_is_changed_or_goes()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        string folder = new TrialPackages(home.Beside("packages"))
            .Add("sample", "1.0", Map, config: Words).Add("sample", "2.0", Map, ", \"upgradesFrom\": [\"1.0\"]", Words)
            .Add("needy", "1.0", Map, ", \"dependencies\": [{\"name\": \"sample\", \"versions\": [\"1.0\"]}]", Words)
            .Add("needy", "2.0", Map, ", \"upgradesFrom\": [\"1.0\"], \"dependencies\": [{\"name\": \"nothing\", \"versions\": [\"7\"]}]", Words).Folder;

        ProgramResult plan = await home.RunAsync("package", "install", "needy", "--repo", folder, "--package-version", "1.0", "--dry-run");
        await OkAsync(home, "package", "install", "needy", "--repo", folder, "--package-version", "1.0", "--yes");
        ProgramResult upgrade = await home.RunAsync("package", "upgrade", "sample", "--repo", folder, "--dry-run"), quiet = await home.RunAsync("package", "upgrade", "sample", "--repo", folder, "--dry-run", "-q");
        ProgramResult removal = await home.RunAsync("package", "uninstall", "sample", "--dry-run"), missing = await home.RunAsync("package", "upgrade", "needy", "--repo", folder, "--dry-run");

        Assert.Contains("+ ConfigMap sample\n", plan.Error, StringComparison.Ordinal);
        Assert.Contains("+ ConfigMap needy\n", plan.Error, StringComparison.Ordinal);
        Assert.Contains("needy (needy 1.0) needs sample 1.0, which sample is and 2.0 is not", upgrade.Error, StringComparison.Ordinal);
        Assert.Equal("", quiet.Error);
        Assert.Contains("needy (needy 1.0) needs sample 1.0, which sample is", removal.Error, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("needy 2.0 needs nothing 7, which is not installed in namespace default", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_values_are_shown_where_they_differ_and_whoever_finds_no_daemon_is_told_what_starts_it()
    {
        string same = new('a', 120);
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        string folder = new TrialPackages(home.Beside("packages")).Add("sample", "1.0", Map, config: Words).Folder;
        await OkAsync(home, "package", "install", "sample", "--repo", folder, "--set", $"words={same}-before", "--yes");

        ProgramResult change = await home.RunAsync("package", "upgrade", "sample", "--keep-version", "--set", $"words={same}-after", "--dry-run");
        ProgramResult both = await home.RunAsync("package", "list", "--cluster", "pelago-1", "--all-clusters");
        await OkAsync(home, "down");
        ProgramResult away = await home.RunAsync("package", "list"), noUpgrade = await home.RunAsync("package", "upgrade", "sample", "--keep-version", "--yes");

        Assert.Contains("on cluster pelago-1:\n", change.Error, StringComparison.Ordinal);
        Assert.Contains("data.words: …aaaaaaaaaaaaaaaaaaa-before → …aaaaaaaaaaaaaaaaaaa-after\n", change.Error, StringComparison.Ordinal);
        Assert.Equal(2, both.ExitCode);
        Assert.Contains("leave --cluster out", both.Error, StringComparison.Ordinal);
        Assert.Equal((4, 4), (away.ExitCode, noUpgrade.ExitCode));
        Assert.Contains("up' starts it", away.Error, StringComparison.Ordinal);
        Assert.Contains("up' starts it", noUpgrade.Error, StringComparison.Ordinal);
    }

    private static HttpKubeApi Connect(LocalHome home) => new(Kubeconfig.Load([home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);

    private static async Task PutAsync(LocalHome home, string name, string owner)
    {
        using HttpKubeApi api = Connect(home);
        var map = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { [PackagesApi.OwnerAnnotation] = owner } },
        };
        (await api.CreateAsync(new ResourcePath(new GroupVersionResource("", "v1", "configmaps"), "default"), Encoding.UTF8.GetBytes(map.ToJsonString()), WriteQuery.None, Cancel)).BodyOrThrow();
    }

    private static async Task<ProgramResult> OkAsync(LocalHome home, params string[] arguments)
    {
        ProgramResult result = await home.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }
}
