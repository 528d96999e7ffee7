// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Time.Testing;
using Pelago.History.Storage;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

public sealed class RetentionTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Days_go_by_age_but_failed_runs_stay_longer_and_pinned_ones_for_good()
    {
        await using HistoryStore store = Open();
        await RecordDayAsync(store, 0);
        RunRecord pin = store.Query(new RunQuery { Pod = "pod-1" }, Cancel).Items[0];
        Assert.True(await store.PinAsync(pin, pinned: true, Cancel));
        await ForwardAsync(store, 5);
        Assert.Equal(20, Count(store, new RunQuery()));

        await ForwardAsync(store, 26);
        Assert.Equal(["pod-14", "pod-7", "pod-1", "pod-0"], store.Query(new RunQuery(), Cancel).Items.Select(run => run.Pod));
        Assert.Equal("log of 14\n", await TestRuns.LogAsync(store, store.Query(new RunQuery { Contains = "pod-14" }, Cancel).Items[0], Cancel));

        await ForwardAsync(store, 90);
        RunRecord kept = Assert.Single(store.Query(new RunQuery(), Cancel).Items);
        Assert.Equal(("pod-1", "log of 1\n"), (kept.Pod, await TestRuns.LogAsync(store, kept, Cancel)));
        Assert.Equal(kept, store.Find(kept.Name));

        Assert.True(await store.PinAsync(kept, pinned: false, Cancel));
        await store.ExpireAsync(Cancel);
        Assert.Empty(store.Query(new RunQuery(), Cancel).Items);
        Assert.Empty(Directory.EnumerateFiles(_folder["history"], "2026-*"));
    }

    [Fact]
    public async Task The_oldest_days_go_when_all_are_too_large_and_without_room_there_are_records_alone()
    {
        await using HistoryStore store = Open(new RetentionPolicy { MaxBytes = 1 });
        await RecordDayAsync(store, 0);
        _time.Advance(TimeSpan.FromDays(1));
        await RecordDayAsync(store, 100);

        await store.ExpireAsync(Cancel);
        Assert.All(store.Query(new RunQuery(), Cancel).Items, run => Assert.StartsWith("pod-1", run.Pod));
        Assert.Equal(20, Count(store, new RunQuery()));
        await RecordDayAsync(store, 200);
        Assert.Equal(LogLoss.NoRoom, store.Query(new RunQuery { Pod = "pod-200" }, Cancel).Items[0].LogLoss);
    }

    [Fact]
    public async Task Room_is_counted_while_logs_are_written()
    {
        await using HistoryStore store = Open(new RetentionPolicy { MaxBytes = 1 << 20 });
        await store.ExpireAsync(Cancel);
        Task overflow = store.OverflowAsync();
        var random = new Random(1);
        for (int number = 0; number < 4; number++)
        {
            byte[] noise = new byte[400_000];
            random.NextBytes(noise);
            await File.WriteAllTextAsync(_folder["0.log"], TestRuns.Line(Convert.ToBase64String(noise)), Cancel);
            await store.RecordAsync(TestRuns.Run(number, _folder["0.log"]) with { Started = null, Finished = _time.GetUtcNow() }, Cancel);
            Assert.Equal(number >= 2, overflow.IsCompleted);
        }

        Assert.Equal([LogLoss.NoRoom, "", "", ""], store.Query(new RunQuery(), Cancel).Items.Select(run => run.LogLoss));
        await store.ExpireAsync(Cancel);
        Assert.False(store.OverflowAsync().IsCompleted);
    }

    [Fact]
    public async Task What_would_be_dropped_at_once_is_said_not_to_be_kept()
    {
        await using HistoryStore store = Open();
        DateTimeOffset now = _time.GetUtcNow();

        Assert.True(store.Keeps(now.AddDays(-30), failed: false) && store.Keeps(now.AddDays(-90), failed: true));
        Assert.False(store.Keeps(now.AddDays(-31), failed: false) || store.Keeps(now.AddDays(-91), failed: true));
    }

    [Fact]
    public async Task Days_that_have_ended_are_archived_once()
    {
        var archive = new DirectoryStorage(_folder["archive"]);
        await using HistoryStore store = Open(archive: archive);
        await RecordDayAsync(store, 0);
        await ForwardAsync(store, 2);
        await store.ExpireAsync(Cancel);

        Assert.Equal(["2026-03-01.0.db", "2026-03-01.0.logs"], await NamesAsync(archive));
        // What is in the archive is history, too.
        await using var old = HistoryStore.Open(new HistoryOptions { Directory = _folder["archive"] });
        Assert.Equal("log of 3\n", await TestRuns.LogAsync(old, old.Query(new RunQuery { Pod = "pod-3" }, Cancel).Items[0], Cancel));
    }

    [Fact]
    public async Task What_a_death_in_the_middle_of_a_change_left_is_tidied_up()
    {
        await using (HistoryStore store = Open())
            await RecordDayAsync(store, 0);
        File.Copy(Path.Combine(_folder["history"], "2026-03-01.0.db"), Path.Combine(_folder["history"], "2026-03-01.1.db"));
        File.Copy(Path.Combine(_folder["history"], "2026-03-01.0.logs"), Path.Combine(_folder["history"], "2026-03-01.1.logs"));
        await File.WriteAllTextAsync(Path.Combine(_folder["history"], "2026-03-01.2.db.draft"), "half", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder["history"], "2026-03-01.2.logs"), "half", Cancel);

        await using HistoryStore again = Open();
        Assert.Equal(20, Count(again, new RunQuery()));
        Assert.Equal(["2026-03-01.1.db", "2026-03-01.1.logs"], Directory.EnumerateFiles(_folder["history"]).Select(Path.GetFileName).Where(name => !name!.Contains('-' + "wal") && !name.Contains("-shm")).Order());
    }

    [Fact]
    public async Task A_clock_that_is_far_off_decides_nothing()
    {
        await using HistoryStore store = Open();
        await store.RecordAsync(TestRuns.Run(1) with { Finished = DateTimeOffset.UnixEpoch }, Cancel);
        await store.RecordAsync(TestRuns.Run(2) with { Finished = new DateTimeOffset(2199, 1, 1, 0, 0, 0, TimeSpan.Zero) }, Cancel);
        await store.ExpireAsync(Cancel);

        Assert.Equal(2, Count(store, new RunQuery()));
        Assert.Single(store.Summaries());
    }

    [Fact]
    public async Task A_run_that_is_told_again_days_later_is_known()
    {
        await using HistoryStore store = Open();
        FinishedRun run = TestRuns.Run(1) with { Started = null, Finished = _time.GetUtcNow() };
        await store.RecordAsync(run, Cancel);
        _time.Advance(TimeSpan.FromDays(5));
        await store.RecordAsync(run, Cancel);

        Assert.Equal(1, Count(store, new RunQuery()));
    }

    public void Dispose() => _folder.Dispose();

    private async Task ForwardAsync(HistoryStore store, int days)
    {
        _time.Advance(TimeSpan.FromDays(days));
        await store.ExpireAsync(Cancel);
    }

    private HistoryStore Open(RetentionPolicy? policy = null, IObjectStorage? archive = null) => HistoryStore.Open(new HistoryOptions
    {
        Directory = _folder["history"], Durable = false, Time = _time, Retention = policy ?? new RetentionPolicy(), Archive = archive,
    });

    private async Task RecordDayAsync(HistoryStore store, int first)
    {
        for (int number = first; number < first + 20; number++)
        {
            string log = _folder[$"{number}.log"];
            await File.WriteAllTextAsync(log, TestRuns.Line($"log of {number}"), Cancel);
            await store.RecordAsync(TestRuns.Run(number, log) with { Started = null, Finished = _time.GetUtcNow() }, Cancel);
        }
    }

    private static int Count(HistoryStore store, RunQuery query) => store.Query(query with { Limit = RunQuery.MaxLimit }, Cancel).Items.Count;

    private static async Task<List<string>> NamesAsync(DirectoryStorage archive)
    {
        var names = new List<string>();
        await foreach (string name in archive.ListAsync(Cancel))
            names.Add(name);
        return names;
    }
}
