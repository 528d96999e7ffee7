// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Pelago.Daemon.Running;
using Pelago.Daemon.Serving;
using Pelago.History;
using Pelago.Kube;
using Pelago.Node;
using Pelago.Node.Kubelets.Runs;
using Pelago.Node.Runtimes;
using Pelago.TestKit;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>A history whose disk refuses what is to be done.</summary>
public sealed class ClusterRunsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordedLog _log = new();
    private readonly WaitedTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int NotExpired => _log.Lines.Count(line => line.Contains("could not be dropped", StringComparison.Ordinal));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_cannot_be_dropped_is_tried_again_after_a_while_however_little_room_there_is()
    {
        await using ClusterRuns runs = ClusterRuns.Open(_folder["history"], durable: false, new RetentionPolicy { MaxBytes = 1 << 20 }, givesUp: true, _log, _time);
        runs.Start(events: null);
        await Eventually.TrueAsync(() => _time.Waits == 1, Cancel);
        await File.WriteAllTextAsync(_folder["history/2020-01-01.0.db"], "no database", Cancel);

        var random = new Random(1);
        byte[] noise = new byte[400_000];
        for (int attempt = 0; attempt < 3; attempt++)
        {
            random.NextBytes(noise);
            await File.WriteAllTextAsync(_folder["log"], $"2026-03-01T03:04:05.123456700Z stdout F {Convert.ToBase64String(noise)}\n", Cancel);
            await runs.RecordAsync(Ended(attempt, _folder["log"]), Cancel);
        }

        await Eventually.TrueAsync(() => _time.Waits == 2, Cancel);
        Assert.Equal(1, NotExpired);
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _time.Waits == 3, Cancel);
        Assert.Equal(2, NotExpired);
    }

    [Fact]
    public async Task The_agent_of_a_node_tells_of_a_run_until_the_disk_takes_it()
    {
        (FileStream held, ClusterRuns recorder) = RecordingAgent.Open(_folder["history"], new RetentionPolicy(), _log, _time);
        await using (held)
        await using (recorder)
        {
            var pods = new NodePods(new MemoryCluster(TimeProvider.System), "n1", TimeProvider.System, _log);
            await using var runs = new KubeletRuns(
                new OneEnded(), pods, recorder, new WatchedList(_folder["state"]), new RunPlaces("n1", _folder["logs"], _folder["scratch"]), _time, _log);
            Directory.Move(_folder["history"], _folder["away"]);
            await runs.LookAsync(Cancel);
            await PassAsync(runs.ToldAsync());

            Directory.Move(_folder["away"], _folder["history"]);
            _time.Advance(TimeSpan.FromSeconds(1));
            await runs.LookAsync(Cancel);
            await runs.ToldAsync();
        }

        await using HistoryStore history = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"], Time = _time });
        Assert.Equal("main", Assert.Single(history.Query(new RunQuery(), Cancel).Items).Container);
    }

    [Fact]
    public async Task A_node_that_removes_pods_itself_is_not_kept_from_it_by_a_full_disk()
    {
        await using ClusterRuns runs = ClusterRuns.Open(_folder["history"], durable: false, new RetentionPolicy(), givesUp: true, _log, _time);
        Directory.Move(_folder["history"], _folder["away"]);

        await PassAsync(runs.RecordAsync(Ended(attempt: 0), Cancel));

        Assert.Single(_log.Lines, line => line.Contains("is lost to history", StringComparison.Ordinal));
    }

    private async Task PassAsync(Task work)
    {
        await Eventually.TrueAsync(
            () =>
            {
                if (!work.IsCompleted)
                    _time.Advance(TimeSpan.FromSeconds(1));
                return work.IsCompleted;
            },
            Cancel);
        await work;
    }

    private static EndedContainer Ended(int attempt, params string[] logs) =>
        new(new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "shop", Name = "web", Uid = "uid-web" } }, "n1", OneEnded.Status with { Attempt = attempt }, logs, IsLogCut: false);

    /// <summary>Counts what waits by it.</summary>
    private sealed class WaitedTime() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _waits);
            return timer;
        }
    }

    /// <summary>A runtime with one container, which has ended.</summary>
    private sealed class OneEnded : IKubeletContainers
    {
        public static ContainerStatus Status { get; } = new()
        {
            Id = "id-web", SandboxId = "", PodUid = "uid-web", Name = "main", Attempt = 0, State = ContainerState.Exited, ExitCode = 1, Reason = "Error",
            CreatedAt = Moment, StartedAt = Moment, FinishedAt = Moment.AddSeconds(1),
        };

        private static DateTimeOffset Moment => new(2026, 3, 1, 11, 0, 0, TimeSpan.Zero);

        public Task<IReadOnlyList<SeenContainer>> SeenAsync(CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<SeenContainer>>([new SeenContainer("id-web", "shop", "web", "uid-web", "main", 0, ContainerState.Exited)]);

        public Task<ContainerStatus?> FindAsync(string id, CancellationToken cancel) => Task.FromResult<ContainerStatus?>(Status);
    }
}
