// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pelago.Node.Kubelets.Runs;
using Pelago.TestKit;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;
using MemoryCluster = Pelago.TestKit.Node.MemoryCluster;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>Looks at a runtime that ends and removes containers between any two of them, as a kubelet does.</summary>
public sealed class KubeletRunsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _folder = new();
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly FakeTimeProvider _time = new();
    private readonly ReadingRecorder _recorder = new();
    private readonly RecordedLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private FakeContainers _containers = null!;
    private NodePods _pods = null!;
    private KubeletRuns _runs = null!;
    private Task _watching = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder["logs"]);
        _containers = new FakeContainers(_folder["logs"]);
        _pods = new NodePods(_cluster, "n1", TimeProvider.System, _log);
        _runs = NewRuns();
        _watching = _pods.WatchAsync(_stop.Token);
        await _pods.KnownAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _runs.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_container_that_has_ended_is_told_once_with_its_pod_and_its_log()
    {
        await PodAsync("backup", owner: "Job/backup");
        SeenContainer one = _containers.Run("backup");
        Write("backup", "all done");
        await LookAsync();
        Assert.Empty(_recorder.Told);

        _containers.End(one, 3);
        await LookAsync();
        await LookAsync();

        (EndedContainer ended, string log) = Assert.Single(_recorder.Told);
        Assert.Equal(("n1", "main", 3, "all done", "Job"), (ended.Node, ended.Status.Name, ended.Status.ExitCode, log, ended.Pod.Metadata.OwnerReferences[0].Kind));
        Assert.False(ended.IsLogCut || ended.IsLogGone);
    }

    [Fact]
    public async Task A_log_is_whole_though_its_files_are_removed_before_anybody_looks_again()
    {
        await PodAsync("gone");
        SeenContainer one = _containers.Run("gone");
        Write("gone", "first, ");
        await LookAsync();
        Write("gone", "last");
        Directory.Delete(_folder["logs/shop_gone_uid-gone"], recursive: true);
        _containers.End(one, 0, "Completed");

        await LookAsync();

        Assert.Equal("first, last", Assert.Single(_recorder.Told).Log);
    }

    [Fact]
    public async Task What_the_runtime_has_forgotten_ended_as_the_pod_says()
    {
        JsonObject pod = await PodAsync("gone");
        SeenContainer one = _containers.Run("gone");
        Write("gone", "held");
        await LookAsync();
        Directory.Delete(_folder["logs/shop_gone_uid-gone"], recursive: true);
        _containers.Remove(one);
        await LookAsync();
        Assert.Empty(_recorder.Told); // the pod may say it in a moment

        await StatusAsync(pod, Terminated(one.Id, 7, "OOMKilled"), restarts: 0);
        await LookAsync();
        await LookAsync();

        (EndedContainer ended, string log) = Assert.Single(_recorder.Told);
        Assert.Equal((7, "OOMKilled", "held", false), (ended.Status.ExitCode, ended.Status.Reason, log, ended.IsLogGone));
    }

    [Fact]
    public async Task What_nobody_can_say_is_said_to_be_unknown_after_a_while()
    {
        SeenContainer one = _containers.Run("lost");
        await LookAsync();
        _containers.Remove(one);
        await LookAsync();
        _time.Advance(TimeSpan.FromSeconds(11));
        await LookAsync();

        EndedContainer ended = Assert.Single(_recorder.Told).Ended;
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

        EndedContainer ended = Assert.Single(_recorder.Told).Ended;
        Assert.Equal(("main", 0, true), (ended.Status.Name, ended.Status.Attempt, ended.IsLogGone));
    }

    [Fact]
    public async Task Each_attempt_is_told_for_itself()
    {
        JsonObject pod = await PodAsync("again");
        for (int attempt = 0; attempt < 3; attempt++)
        {
            SeenContainer one = _containers.Run("again", attempt);
            Write("again", $"attempt {attempt}", attempt);
            await LookAsync();
            _containers.End(one, 1);
            await LookAsync();
            _containers.Remove(one);
            await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: attempt);
            await LookAsync();
        }

        Assert.Equal(["attempt 0", "attempt 1", "attempt 2"], _recorder.Told.Select(told => told.Log));
    }

    [Fact]
    public async Task A_log_that_is_written_on_after_the_end_is_told_again()
    {
        SeenContainer one = _containers.Run("late");
        Write("late", "early");
        _containers.End(one, 0);
        await LookAsync();
        Write("late", ", late");
        await LookAsync();
        await LookAsync();

        Assert.Equal(["early", "early, late"], _recorder.Told.Select(told => told.Log));
    }

    [Fact]
    public async Task Rotated_files_are_part_of_it_compressed_or_not_and_lost_ones_are_missed()
    {
        SeenContainer one = _containers.Run("chatty");
        Write("chatty", "one ");
        await LookAsync();
        Rotate("chatty", "20260101-000000", pack: true);
        Write("chatty", "two ");
        await LookAsync();
        Rotate("chatty", "20260102-000000", pack: false);
        Write("chatty", "three");
        await LookAsync();
        SeenContainer other = _containers.Run("cut");
        Write("cut", "one ");
        await LookAsync();
        Rotate("cut", "20260101-000000", pack: true);
        Write("cut", "two");
        await LookAsync();
        File.Delete(_folder[$"logs/{FakeContainers.LogOf("cut")}.20260101-000000.gz"]);
        _containers.End(one, 0);
        _containers.End(other, 0);
        await LookAsync();

        (EndedContainer ended, string log) = _recorder.Told.Single(told => told.Ended.Pod.Metadata.Name == "chatty");
        Assert.Equal(("one two three", false), (log, ended.IsLogCut));
        (EndedContainer cut, string rest) = _recorder.Told.Single(told => told.Ended.Pod.Metadata.Name == "cut");
        Assert.Equal(("two", true), (rest, cut.IsLogCut));
        Assert.Empty(Directory.EnumerateFiles(_folder["scratch"]));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_log_is_not_read()
    {
        await File.WriteAllTextAsync(_folder["secret"], "secret", Cancel);
        SeenContainer one = _containers.Run("sly");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"logs/{FakeContainers.LogOf("sly")}"])!);
        File.CreateSymbolicLink(_folder[$"logs/{FakeContainers.LogOf("sly")}"], _folder["secret"]);
        _containers.End(one, 0);
        await LookAsync();

        Assert.Equal("", Assert.Single(_recorder.Told).Log);
    }

    [Fact]
    public async Task What_ran_when_an_agent_ended_is_told_by_the_next_one()
    {
        SeenContainer still = _containers.Run("still"), gone = _containers.Run("gone");
        Write("still", "here");
        Write("gone", "away");
        await LookAsync();
        await _runs.DisposeAsync();
        _containers.End(still, 0);
        _containers.Remove(gone);

        _runs = NewRuns();
        using var stop = new CancellationTokenSource();
        Task running = _runs.RunAsync(stop.Token);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _recorder.Told.Count == 2;
            },
            Cancel);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal([("still", "here", false), ("gone", "", true)], _recorder.Told.Select(told => (told.Ended.Pod.Metadata.Name, told.Log, told.Ended.IsLogGone)));
    }

    [Fact]
    public async Task What_could_not_be_recorded_is_told_again()
    {
        SeenContainer one = _containers.Run("full");
        _containers.End(one, 0);
        _recorder.Failures = 1;
        await LookAsync();
        Assert.Empty(_recorder.Told);
        _containers.Remove(one);
        await LookAsync();
        Assert.Empty(_recorder.Told); // not at once, for what made it fail is there still
        _time.Advance(TimeSpan.FromSeconds(1));
        await LookAsync();

        Assert.Equal(0, Assert.Single(_recorder.Told).Ended.Status.ExitCode);
    }

    [Fact]
    public async Task What_is_being_recorded_when_the_agent_ends_is_read_to_its_end()
    {
        SeenContainer one = _containers.Run("slow");
        Write("slow", "whole");
        await LookAsync();
        Directory.Delete(_folder["logs/shop_slow_uid-slow"], recursive: true);
        _containers.End(one, 0);
        var free = new TaskCompletionSource();
        _recorder.Free = free.Task;
        using var stop = new CancellationTokenSource();
        await _runs.LookAsync(stop.Token);
        await Eventually.TrueAsync(() => _recorder.IsAsked, Cancel);

        await stop.CancelAsync();
        Task ending = _runs.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        free.SetResult();
        await ending;

        Assert.Equal("whole", Assert.Single(_recorder.Told).Log);
    }

    [Fact]
    public async Task What_was_told_is_not_told_again_for_a_later_change_of_the_pod()
    {
        JsonObject pod = await PodAsync("once");
        SeenContainer one = _containers.Run("once");
        Write("once", "log");
        await LookAsync();
        _containers.End(one, 1);
        _containers.Remove(one);
        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0);
        await LookAsync();
        await LookAsync();

        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0, note: "again");
        await LookAsync();

        Assert.Equal("log", Assert.Single(_recorder.Told).Log);
    }

    [Fact]
    public async Task A_run_of_which_nobody_knew_how_it_ended_is_not_told_as_another_one_later()
    {
        JsonObject pod = await PodAsync("late");
        SeenContainer one = _containers.Run("late");
        await LookAsync();
        _containers.Remove(one);
        await LookAsync();
        _time.Advance(TimeSpan.FromSeconds(11));
        await LookAsync();
        await LookAsync();

        await StatusAsync(pod, Terminated(one.Id, 1, "Error"), restarts: 0);
        await LookAsync();

        Assert.Equal("ContainerStatusUnknown", Assert.Single(_recorder.Told).Ended.Status.Reason);
    }

    [Fact]
    public async Task Ends_that_are_older_than_what_is_kept_are_not_told_when_an_agent_begins()
    {
        _recorder.Oldest = new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero);
        SeenContainer old = _containers.Run("old"), running = _containers.Run("running");
        _containers.End(old, 0);
        JsonObject pod = await PodAsync("ancient");
        JsonObject ended = Terminated("id-ancient-0", 0, "Completed");
        ended["finishedAt"] = "2025-01-01T00:00:00Z";
        await StatusAsync(pod, ended, restarts: 0);
        await LookAsync();
        _containers.End(running, 0); // by a clock that is far off
        await LookAsync();

        Assert.Equal("running", Assert.Single(_recorder.Told).Ended.Pod.Metadata.Name);
    }

    [Fact]
    public async Task A_pod_that_the_kubelet_has_from_a_file_is_recorded_by_the_uid_by_which_it_runs()
    {
        JsonObject pod = await MirrorAsync("static", of: "uid-static");
        await StatusAsync(pod, Terminated("id-static-0", 0, "Completed"), restarts: 0);
        await LookAsync();

        EndedContainer ended = Assert.Single(_recorder.Told).Ended;
        Assert.Equal(("uid-static", "ReplicaSet"), (ended.PodUid, ended.Pod.Metadata.OwnerReferences[0].Kind));
    }

    [Fact]
    public async Task A_pod_that_says_it_is_the_copy_of_another_does_not_get_its_runs()
    {
        await MirrorAsync("sly", of: "uid-victim");
        _containers.End(_containers.Run("victim"), 0);
        await LookAsync();

        Assert.Equal("victim", Assert.Single(_recorder.Told).Ended.Pod.Metadata.Name);
    }

    [Fact]
    public async Task Unpacked_files_have_no_name_and_one_that_is_damaged_is_missed()
    {
        SeenContainer one = _containers.Run("torn");
        Write("torn", "one ");
        await LookAsync();
        Rotate("torn", "20260101-000000", pack: true);
        Write("torn", "two");
        string packed = _folder[$"logs/{FakeContainers.LogOf("torn")}.20260101-000000.gz"];
        await LookAsync();
        _containers.End(one, 0);
        string[] named = ["not looked"];
        _recorder.Reading = () => named = Directory.GetFiles(_folder["scratch"]);
        await LookAsync();
        Assert.Empty(named);
        await File.WriteAllTextAsync(packed, "no gzip", Cancel);
        Write("torn", "!");
        await LookAsync();

        Assert.Equal([("one two", false), ("two!", true)], _recorder.Told.Select(told => (told.Log, told.Ended.IsLogCut)));
    }

    [Fact]
    public async Task Whatever_goes_wrong_in_a_look_it_goes_on_and_is_not_well_meanwhile()
    {
        _containers.Fault = new InvalidOperationException("nobody thought of this");
        using var stop = new CancellationTokenSource();
        Task running = _runs.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => Passed(!_runs.IsWell), Cancel);

        _containers.Fault = null;
        await Eventually.TrueAsync(() => Passed(_runs.IsWell), Cancel);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        bool Passed(bool done)
        {
            if (!done)
                _time.Advance(TimeSpan.FromSeconds(1));
            return done;
        }
    }

    private KubeletRuns NewRuns()
    {
        Directory.CreateDirectory(_folder["scratch"]);
        return new KubeletRuns(_containers, _pods, _recorder, new WatchedList(_folder["state"]), new RunPlaces("n1", _folder["logs"], _folder["scratch"]), _time, _log);
    }

    private async Task LookAsync()
    {
        await _runs.LookAsync(Cancel);
        await _runs.ToldAsync();
    }

    private void Write(string pod, string text, int attempt = 0)
    {
        string path = _folder[$"logs/{FakeContainers.LogOf(pod, attempt)}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text);
    }

    private void Rotate(string pod, string stamp, bool pack)
    {
        string path = _folder[$"logs/{FakeContainers.LogOf(pod)}"], rotated = $"{path}.{stamp}";
        File.Move(path, rotated);
        if (!pack)
            return;
        using (var packed = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
            packed.Write(File.ReadAllBytes(rotated));
        File.Delete(rotated);
    }

    private async Task<JsonObject> PodAsync(string name, string owner = "ReplicaSet/web-1")
    {
        string[] parts = owner.Split('/');
        return await ApplyAsync(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = "shop", ["name"] = name, ["uid"] = $"uid-{name}",
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = parts[0], ["name"] = parts[1], ["uid"] = "o", ["controller"] = true }),
            },
            ["spec"] = new JsonObject { ["nodeName"] = "n1", ["containers"] = new JsonArray(new JsonObject { ["name"] = "main" }) },
        });
    }

    /// <summary>The cluster's copy of a pod that the kubelet runs by another uid.</summary>
    private async Task<JsonObject> MirrorAsync(string name, string of)
    {
        var pod = (JsonObject)(await PodAsync(name)).DeepClone();
        pod["metadata"]!["uid"] = $"copy-{name}";
        pod["metadata"]!["name"] = $"{name}-n1";
        pod["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = of };
        return await ApplyAsync(pod);
    }

    private async Task StatusAsync(JsonObject pod, JsonObject terminated, int restarts, string note = "")
    {
        var changed = (JsonObject)pod.DeepClone();
        changed["status"] = new JsonObject
        {
            ["message"] = note,
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "main", ["image"] = "i", ["imageID"] = "", ["ready"] = false, ["restartCount"] = restarts, ["state"] = new JsonObject { ["terminated"] = terminated },
            }),
        };
        await ApplyAsync(changed);
    }

    private static JsonObject Terminated(string id, int code, string reason) => new()
    {
        ["containerID"] = $"containerd://{id}", ["exitCode"] = code, ["reason"] = reason, ["startedAt"] = "2026-01-01T00:00:00Z", ["finishedAt"] = "2026-01-01T00:00:01Z",
    };

    /// <summary>Waits until the watch has brought it.</summary>
    private async Task<JsonObject> ApplyAsync(JsonObject pod)
    {
        JsonObject applied = _cluster.Apply("pods", pod);
        string version = (string)applied["metadata"]!["resourceVersion"]!, uid = (string?)applied["metadata"]!["annotations"]?["kubernetes.io/config.mirror"] ?? (string)applied["metadata"]!["uid"]!;
        await Eventually.TrueAsync(() => _pods.Find(uid)?.Metadata.ResourceVersion == version, Cancel);
        return applied;
    }
}
