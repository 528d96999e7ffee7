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
        Assert.Contains("Service bad was refused: ", bad.Error, StringComparison.Ordinal);
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

    private static async Task PutAsync(LocalHome home, string name, string owner)
    {
        using var api = new HttpKubeApi(Kubeconfig.Load([home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
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
