// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Kubelets.Runs;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>Which runs are told, when, how they ended and whose they were.</summary>
public sealed class KubeletRunsTests : KubeletRunsScene
{
    [Fact]
    public async Task A_container_that_has_ended_is_told_once_with_its_pod_and_its_log()
    {
        await PodAsync("backup", owner: "Job/backup");
        SeenContainer one = Containers.Run("backup");
        Write("backup", "all done");
        await LookAsync();
        Assert.Empty(Recorder.Told);

        Containers.End(one, 3);
        await LookAsync();
        await LookAsync();

        (EndedContainer ended, string log) = Assert.Single(Recorder.Told);
        Assert.Equal(("n1", "main", 3, "all done", "Job"), (ended.Node, ended.Status.Name, ended.Status.ExitCode, log, ended.Pod.Metadata.OwnerReferences[0].Kind));
        Assert.False(ended.IsLogCut || ended.IsLogGone);
    }

    [Fact]
    public async Task What_the_runtime_has_forgotten_ended_as_the_pod_says()
    {
        JsonObject pod = await PodAsync("gone");
        SeenContainer one = Containers.Run("gone");
        Write("gone", "held");
        await LookAsync();
        Directory.Delete(Folder["logs/shop_gone_uid-gone"], recursive: true);
        Containers.Remove(one);
        await LookAsync();
        Assert.Empty(Recorder.Told); // the pod may say it in a moment

        await StatusAsync(pod, Terminated(one.Id, 7, "OOMKilled"), restarts: 0);
        await LookAsync();
        await LookAsync();

        (EndedContainer ended, string log) = Assert.Single(Recorder.Told);
        Assert.Equal((7, "OOMKilled", "held", false), (ended.Status.ExitCode, ended.Status.Reason, log, ended.IsLogGone));
    }

    [Fact]
    public async Task What_nobody_can_say_is_said_to_be_unknown_after_a_while()
    {
        SeenContainer one = Containers.Run("lost");
        await LookAsync();
        Containers.Remove(one);
        await LookAsync();
        Time.Advance(TimeSpan.FromSeconds(11));
        await LookAsync();

        EndedContainer ended = Assert.Single(Recorder.Told).Ended;
        Assert.Equal((137, "ContainerStatusUnknown", true, "lost"), (ended.Status.ExitCode, ended.Status.Reason, ended.IsLogGone, ended.Pod.Metadata.Name));
    }

    [Fact]
    public async Task An_end_that_only_the_pod_knows_is_told_without_a_log()
    {
        JsonObject pod = await PodAsync("quick");
        await StatusAsync(pod, Terminated("id-quick-0", 0, "Completed"), restarts: 0);
        await LookAsync();
        await StatusAsync(pod, Terminated("id-quick-0", 0, "Completed"), restarts: 0, note: "again");
        await LookAsync();

        EndedContainer ended = Assert.Single(Recorder.Told).Ended;
        Assert.Equal(("main", 0, true), (ended.Status.Name, ended.Status.Attempt, ended.IsLogGone));
    }

    [Fact]
    public async Task Each_attempt_is_told_for_itself()
    {
        JsonObject pod = await PodAsync("again");
        for (int attempt = 0; attempt < 3; attempt++)
        {
            SeenContainer one = Containers.Run("again", attempt);
            Write("again", $"attempt {attempt}", attempt);
            await LookAsync();
            Containers.End(one, 1);
            await LookAsync();
            Containers.Remove(one);
            await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: attempt);
            await LookAsync();
        }

        Assert.Equal(["attempt 0", "attempt 1", "attempt 2"], Recorder.Told.Select(told => told.Log));
    }

    [Fact]
    public async Task What_ran_when_an_agent_ended_is_told_by_the_next_one()
    {
        SeenContainer still = Containers.Run("still"), gone = Containers.Run("gone");
        Write("still", "here");
        Write("gone", "away");
        await LookAsync();
        await Runs.DisposeAsync();
        Containers.End(still, 0);
        Containers.Remove(gone);

        Runs = NewRuns();
        using var stop = new CancellationTokenSource();
        Task running = Runs.RunAsync(stop.Token);
        await Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                return Recorder.Told.Count == 2;
            },
            Cancel);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal([("still", "here", false), ("gone", "", true)], Recorder.Told.Select(told => (told.Ended.Pod.Metadata.Name, told.Log, told.Ended.IsLogGone)));
    }

    [Fact]
    public async Task What_could_not_be_recorded_is_told_again()
    {
        SeenContainer one = Containers.Run("full");
        Containers.End(one, 0);
        Recorder.Failures = 1;
        await LookAsync();
        Assert.Empty(Recorder.Told);
        Containers.Remove(one);
        await LookAsync();
        Assert.Empty(Recorder.Told); // not at once, for what made it fail is there still
        Time.Advance(TimeSpan.FromSeconds(1));
        await LookAsync();

        Assert.Equal(0, Assert.Single(Recorder.Told).Ended.Status.ExitCode);
    }

    [Fact]
    public async Task Of_a_run_that_cannot_be_recorded_for_long_the_removed_log_is_let_go_and_the_run_told()
    {
        SeenContainer one = Containers.Run("full");
        Write("full", "log");
        await LookAsync();
        Containers.End(one, 3);
        Containers.Remove(one);
        Recorder.Failures = 30;
        for (int look = 0; look < 40; look++)
        {
            await LookAsync();
            Time.Advance(TimeSpan.FromSeconds(61));
        }

        (EndedContainer ended, string log) = Assert.Single(Recorder.Told);
        Assert.Equal((true, ""), (ended.IsLogGone, log));
    }

    [Fact]
    public async Task What_was_told_is_not_told_again_for_a_later_change_of_the_pod()
    {
        JsonObject pod = await PodAsync("once");
        SeenContainer one = Containers.Run("once");
        Write("once", "log");
        await LookAsync();
        Containers.End(one, 1);
        Containers.Remove(one);
        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0);
        await LookAsync();
        await LookAsync();

        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0, note: "again");
        await LookAsync();

        Assert.Equal("log", Assert.Single(Recorder.Told).Log);
    }

    [Fact]
    public async Task A_run_of_which_nobody_knew_how_it_ended_is_not_told_as_another_one_later()
    {
        JsonObject pod = await PodAsync("late");
        SeenContainer one = Containers.Run("late");
        await LookAsync();
        Containers.Remove(one);
        await LookAsync();
        Time.Advance(TimeSpan.FromSeconds(11));
        await LookAsync();
        await LookAsync();

        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0);
        await LookAsync();

        Assert.Equal("ContainerStatusUnknown", Assert.Single(Recorder.Told).Ended.Status.Reason);
    }

    [Fact]
    public async Task Ends_that_are_older_than_what_is_kept_are_not_told_when_an_agent_begins()
    {
        Recorder.Oldest = new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero);
        SeenContainer old = Containers.Run("old"), running = Containers.Run("running");
        Containers.End(old, 0);
        JsonObject pod = await PodAsync("ancient");
        JsonObject ended = Terminated("id-ancient-0", 0, "Completed");
        ended["finishedAt"] = "2025-01-01T00:00:00Z";
        await StatusAsync(pod, ended, restarts: 0);
        await LookAsync();
        Containers.End(running, 0); // by a clock that is far off
        await LookAsync();

        Assert.Equal("running", Assert.Single(Recorder.Told).Ended.Pod.Metadata.Name);
    }

    [Fact]
    public async Task A_pod_that_the_kubelet_has_from_a_file_is_recorded_by_the_uid_by_which_it_runs()
    {
        JsonObject pod = await MirrorAsync("static", of: "uid-static");
        await StatusAsync(pod, Terminated("id-static-0", 0, "Completed"), restarts: 0);
        await LookAsync();

        EndedContainer ended = Assert.Single(Recorder.Told).Ended;
        Assert.Equal(("uid-static", "ReplicaSet"), (ended.PodUid, ended.Pod.Metadata.OwnerReferences[0].Kind));
    }

    [Fact]
    public async Task A_pod_that_says_it_is_the_copy_of_another_does_not_get_its_runs()
    {
        await MirrorAsync("sly", of: "uid-victim");
        Containers.End(Containers.Run("victim"), 0);
        await LookAsync();

        Assert.Equal("victim", Assert.Single(Recorder.Told).Ended.Pod.Metadata.Name);
    }

    [Fact]
    public async Task What_a_pod_says_while_the_runtime_is_away_is_told_when_it_is_back()
    {
        Containers.IsAway = true;
        await StatusAsync(await PodAsync("brief"), Terminated("id-brief-0", 5, "Error"), restarts: 0);
        await Assert.ThrowsAsync<ApiStatusException>(LookAsync);

        Containers.IsAway = false;
        await LookAsync();

        Assert.Equal(5, Assert.Single(Recorder.Told).Ended.Status.ExitCode);
    }

    [Fact]
    public async Task A_container_that_the_runtime_cannot_describe_keeps_nobody_else_from_being_told()
    {
        SeenContainer[] all = [.. Enumerable.Range(0, 5).Select(number => Containers.Run($"p{number}"))];
        foreach (SeenContainer one in all)
            Containers.End(one, 1);
        Containers.Indescribable = all[2].Id;
        await LookAsync();
        Assert.Equal(["p0", "p1", "p3", "p4"], Recorder.Told.Select(told => told.Ended.Pod.Metadata.Name).Order());
        Assert.True(Runs.IsWell);

        Containers.Indescribable = "";
        Time.Advance(TimeSpan.FromSeconds(1));
        await LookAsync();

        Assert.Contains("p2", Recorder.Told.Select(told => told.Ended.Pod.Metadata.Name));
        Assert.Equal(all.Length, Recorder.Told.Count);
    }

    [Fact]
    public async Task Whatever_goes_wrong_in_a_look_it_goes_on_and_is_not_well_meanwhile()
    {
        await StatusAsync(await PodAsync("brief"), Terminated("id-brief-0", 5, "Error"), restarts: 0);
        Containers.Fault = new InvalidOperationException("nobody thought of this");
        using var stop = new CancellationTokenSource();
        Task running = Runs.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => Passed(!Runs.IsWell), Cancel);

        Containers.Fault = null;
        await Eventually.TrueAsync(() => Passed(Runs.IsWell), Cancel);
        await Eventually.TrueAsync(() => Passed(Recorder.Told.Count > 0), Cancel);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(("brief", 5), Assert.Single(Recorder.Told.Select(told => (told.Ended.Pod.Metadata.Name, told.Ended.Status.ExitCode))));

        bool Passed(bool done)
        {
            if (!done)
                Time.Advance(TimeSpan.FromSeconds(1));
            return done;
        }
    }
}
