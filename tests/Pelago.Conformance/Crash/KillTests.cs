// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Crash;

/// <summary>
/// The daemon is killed at random moments under a load of writes and of starting and ending pods, and started again. What it acknowledged
/// is there, revisions never go back, watches go on or say that they cannot, and no process is started twice.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Writers = 4;
    private const int Stable = 3;

    [Fact]
    public Task Killed_daemon_loses_nothing_and_runs_nothing_twice() => RunAsync(kills: 5);

    [Fact]
    [Trait("Lane", "Slow")]
    public Task Daemon_killed_two_hundred_times_loses_nothing_and_runs_nothing_twice() => Task.WhenAll(RunAsync(kills: 100), RunAsync(kills: 100));

    private async Task RunAsync(int kills)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("PELAGO_CRASH_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"PELAGO_CRASH_SEED={seed} repeats the choices of this run");
        int round = 0;
        try
        {
            // Outlives the daemon, which ends the pods that write to it.
            using var pods = new PodLedger();
            await using OwnDaemon daemon = await OwnDaemon.StartAsync();
            using var api = new RawApi(daemon.Kubeconfig);
            pods.Api = api;
            var random = new Random(seed);
            var revisions = new Revisions();
            List<CrashWriter> writers = [.. Enumerable.Range(0, Writers).Select(i => new CrashWriter(api, i, new Random(seed + i + 1), revisions))];
            await Waiting.UntilAsync(async () => (await api.GetAsync("/api/v1/namespaces/default/serviceaccounts/default")).Code == 200, "pods may be created");
            await pods.DeployAsync("stable", Stable);
            await pods.DeployAsync("churn", 0);
            await pods.ReadyAsync("stable");
            SortedDictionary<string, string> stable = await pods.PodsAsync("stable");
            IReadOnlyList<int> processes = pods.Processes();
            int resumed = 0;
            var restarts = new List<TimeSpan>();
            for (round = 1; round <= kills; round++)
            {
                StoredMaps before = await StoredMaps.ListAsync(api);
                await CrashAsync(daemon, pods, writers, random);
                if (random.Next(4) == 0)
                    await daemon.StartAndKillAsync(TimeSpan.FromMilliseconds(random.Next(1500)));
                long started = Stopwatch.GetTimestamp();
                await daemon.StartAgainAsync();
                restarts.Add(Stopwatch.GetElapsedTime(started));

                StoredMaps after = await StoredMaps.ListAsync(api);
                revisions.Restarted(after.Revision);
                writers.ForEach(writer => writer.Verify(after.Values));
                (await api.PatchAsync("/api/v1/namespaces/default/configmaps/mark?fieldManager=test", "apply-patch+yaml",
                    $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"mark","labels":{"crash":"yes"}},"data":{"value":"{{{round}}}"}}""")).ExpectSuccess();
                resumed += await before.ResumeAsync(api, after, "mark") ? 1 : 0;

                await pods.ReadyAsync("churn");
                await pods.ReadyAsync("stable");
                Assert.Equal(stable, await pods.PodsAsync("stable"));
                await pods.VerifyAsync([.. stable.Keys, .. (await pods.PodsAsync("churn")).Keys]);
                await pods.VerifyNetworkAsync("churn");
                if (round % 20 == 0)
                    output.WriteLine($"{round} kills, {writers.Sum(writer => writer.Count)} acknowledged writes");
                Assert.Subset(pods.Processes().ToHashSet(), processes.ToHashSet());
            }
            Assert.All(writers, writer => Assert.NotEqual(0, writer.Count));
            output.WriteLine(
                $"{kills} kills, {writers.Sum(writer => writer.Count)} acknowledged writes, {resumed} watches resumed; restarts took {restarts.Average(took => took.TotalSeconds):0.00} s on average, {restarts.Max(took => took.TotalSeconds):0.00} s at most");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"round {round} with PELAGO_CRASH_SEED={seed}: {failure.Message}", failure);
        }
    }

    private static async Task CrashAsync(OwnDaemon daemon, PodLedger pods, List<CrashWriter> writers, Random random)
    {
        Task[] writing = [.. writers.Select(writer => writer.WriteUntilCutAsync())];
        await Task.Delay(random.Next(20, 300), TestContext.Current.CancellationToken);
        Task scaling = pods.ScaleAsync("churn", random.Next(0, 5));
        await Task.Delay(random.Next(0, 400), TestContext.Current.CancellationToken);
        await daemon.KillAsync();
        await Task.WhenAll(writing);
        await scaling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
