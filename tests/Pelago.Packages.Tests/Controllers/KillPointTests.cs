// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>The controller is killed at each of its writes in turn, before it and after it: whoever comes next brings the operation to its end.</summary>
public sealed class KillPointTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly PackageRevision One = SamplePackage.Of("1.0"), Two = SamplePackage.Of("2.0");

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task An_install_comes_to_its_end(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again, (_, _) => Task.CompletedTask, (run, name) => run.WantAsync(name, One), async (run, name) =>
        {
            await run.WorkUntilAsync(name, InstallationPhase.Healthy);
            await IsVersionAsync(run, name, "1.0", "hello", revision: 1);
        });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task An_upgrade_comes_to_its_end(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again, InstallAsync, (run, name) => run.WantAsync(name, Two), async (run, name) =>
        {
            await run.WorkUntilAsync(name, InstallationPhase.Healthy);
            await IsVersionAsync(run, name, "2.0", "hello", revision: 2);
        });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task An_upgrade_that_does_not_become_healthy_goes_back(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again, InstallAsync,
        (run, name) =>
        {
            run.BecomesReady = item => !item.Json.ToJsonString().Contains("web:2.0", StringComparison.Ordinal);
            return run.WantAsync(name, Two);
        },
        async (run, name) =>
        {
            Installation? now = await run.WorkUntilAsync(name, InstallationPhase.RolledBack);
            Assert.Contains("not done within 20 s: Deployment", now!.Message, StringComparison.Ordinal);
            await IsVersionAsync(run, name, "1.0", "hello", revision: 2);
        });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task Other_options_come_to_their_end(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again, InstallAsync, (run, name) => run.WantAsync(name, One, """{"greeting": "good day"}"""), async (run, name) =>
        {
            await run.WorkUntilAsync(name, InstallationPhase.Healthy);
            await IsVersionAsync(run, name, "1.0", "good day", revision: 2);
        });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task A_way_back_to_the_version_before_comes_to_its_end(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again,
        async (run, name) =>
        {
            await InstallAsync(run, name);
            await run.WantAsync(name, Two, """{"greeting": "good day"}""");
            await run.WorkUntilAsync(name, InstallationPhase.Healthy);
        },
        (run, name) => run.WantAsync(name, One), async (run, name) =>
        {
            await run.WorkUntilAsync(name, InstallationPhase.Healthy);
            await IsVersionAsync(run, name, "1.0", "hello", revision: 3);
        });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public Task An_uninstall_leaves_nothing(bool answerIsLost, int again) => AtEachWriteAsync(
        answerIsLost, again, InstallAsync, (run, name) => run.UninstallAsync(name), async (run, name) =>
        {
            await run.WorkAsync(name, now => now is null);
            Assert.Empty(await run.ObjectsAsync(name));
            Assert.Empty(await run.ListAsync(new GroupVersionResource("", "v1", "secrets"), "packages.pelago.dev/record"));
        });

    private async Task AtEachWriteAsync(
        bool answerIsLost, int again, Func<InstallationRun, string, Task> before, Func<InstallationRun, string, Task> begin, Func<InstallationRun, string, Task> end)
    {
        int point = 1, kills = 0;
        for (bool wasKilled = true; wasKilled; point++)
        {
            InstallationRun run = await bed.StartAsync();
            string name = $"at-{point}";
            await before(run, name);
            await begin(run, name);
            run.Cluster.KilledAt = run.Cluster.Writes + point;
            run.Cluster.AnswerIsLost = answerIsLost;
            run.Cluster.Again = (again, 2);
            await end(run, name);
            wasKilled = run.Cluster.Kills > 0;
            kills += run.Cluster.Kills;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"killed {kills} times, at {point - 2} writes");
        Assert.True(point > 8, $"there were only {point} places to be killed at");
    }

    private static async Task InstallAsync(InstallationRun run, string name)
    {
        await run.WantAsync(name, One);
        await run.WorkUntilAsync(name, InstallationPhase.Healthy);
    }

    private static async Task IsVersionAsync(InstallationRun run, string name, string version, string greeting, long revision)
    {
        KubeObject config = (await run.FindAsync(ConfigMaps, name))!.Value;
        Assert.Equal((version, greeting), (config.Json.Object("data")!.String("version"), config.Json.Object("data")!.String("greeting")));
        Assert.Equal([$"configmaps {name}", $"configmaps {name}-only-{version.Replace('.', '-')}", $"deployments {name}"], await run.ObjectsAsync(name));
        Installation now = (await run.GetAsync(name))!;
        ClusterState state = now.Clusters[InstallationRun.Home];
        Assert.Equal(revision, now.Revision);
        Assert.Equal(("", revision), (state.Step, state.Revision));
        Assert.Single(state.Touched);
    }
}
