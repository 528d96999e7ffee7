// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pelago.History.Api;
using Pelago.History.Exports;
using Pelago.History.Merging;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

/// <summary>Several stores behind their API, read as one.</summary>
public sealed class MergedHistoryTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(DateTime.UtcNow.Date.AddHours(-12), TimeSpan.Zero);
    private readonly TemporaryDirectory _folder = new();
    private readonly List<HistoryStore> _stores = [];
    private readonly List<FakePart> _parts = [];
    private readonly List<string> _missing = [];
    private MergedHistory _merged = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder["0.log"], TestRuns.Line("first") + TestRuns.Line("last") + TestRuns.Line("bad", "stderr"), Cancel);
        foreach (string node in (string[])["n1", "n2", "n3"])
        {
            var store = HistoryStore.Open(new HistoryOptions { Directory = _folder[node], Durable = false });
            _stores.Add(store);
            _parts.Add(new FakePart(node, new HistoryEndpoint(store, _folder.Path)));
        }
        _merged = new MergedHistory(() => new HistoryParts(_parts, _missing), (_, _) => Task.FromResult<IReadOnlyList<PodEvent>>([]), TimeSpan.FromMinutes(5), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HistoryStore store in _stores)
            await store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Runs_of_all_come_in_the_order_in_which_they_ended_each_once_page_by_page()
    {
        await RecordAsync(200);

        var seen = new List<string>();
        var query = new RunQuery { Limit = 37 };
        do
        {
            RunPage page = await _merged.QueryAsync(query, Cancel);
            Assert.InRange(page.Items.Count, 1, 37);
            seen.AddRange(page.Items.Select(run => run.Pod));
            query = query with { Continue = page.Continue };
        }
        while (query.Continue.Length > 0);

        Assert.Equal(Enumerable.Range(0, 200).Reverse().Select(number => $"pod-{number}"), seen);
    }

    [Fact]
    public async Task What_is_recorded_meanwhile_does_not_move_what_is_read()
    {
        await RecordAsync(30);
        RunPage first = await _merged.QueryAsync(new RunQuery { Limit = 10 }, Cancel);
        for (int store = 0; store < 3; store++)
            await _stores[store].RecordAsync(TestRuns.Run(1000 + store) with { Finished = Noon.AddHours(1) }, Cancel);

        RunPage second = await _merged.QueryAsync(new RunQuery { Limit = 10, Continue = first.Continue }, Cancel);

        Assert.Equal(Enumerable.Range(10, 10).Reverse().Select(number => $"pod-{number}"), second.Items.Select(run => run.Pod));
    }

    [Fact]
    public async Task Fields_choose_in_each_and_a_node_alone_is_asked_for_its_own()
    {
        await RecordAsync(21);
        _parts[0].Asked.Clear();

        Assert.Equal(["pod-14", "pod-7", "pod-0"], Pods(await _merged.QueryAsync(new RunQuery { Failed = true }, Cancel)));
        Assert.Equal(["pod-13", "pod-3"], Pods(await _merged.QueryAsync(new RunQuery { Owner = "Job/job-3" }, Cancel)));
        Assert.Equal(["pod-20"], Pods(await _merged.QueryAsync(new RunQuery { Contains = "t/pod-20.", Namespace = "default" }, Cancel)));
        Assert.Equal(["pod-5", "pod-4"], Pods(await _merged.QueryAsync(new RunQuery { Until = Noon.AddSeconds(6), Since = Noon.AddSeconds(4) }, Cancel)));
        int asked = _parts[0].Asked.Count;
        RunPage own = await _merged.QueryAsync(new RunQuery { Node = "n2" }, Cancel);
        Assert.Equal(7, own.Items.Count);
        Assert.All(own.Items, run => Assert.Equal("n2", run.Node));
        Assert.Equal(asked, _parts[0].Asked.Count);
    }

    [Fact]
    public async Task A_run_is_found_wherever_it_is_with_its_spec_and_its_log()
    {
        await RecordAsync(6);
        RunRecord run = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0];

        RunRecord found = (await _merged.FindAsync(run.Name, Cancel))!;

        Assert.Equal(("pod-4", "n2", "default"), (found.Pod, found.Node, found.Namespace));
        Assert.Equal("""{"spec":{"containers":[]}}""", Encoding.UTF8.GetString((await _merged.SpecAsync(found, Cancel))!));
        Assert.Equal("first\nlast\nbad\n", await LogAsync(found, new LogSelection()));
        Assert.Equal("last\n", await LogAsync(found, new LogSelection { TailLines = 1, Stream = "stdout" }));
        Assert.Equal("fir", await LogAsync(found, new LogSelection { LimitBytes = 3 }));
        Assert.Null(await _merged.FindAsync("pod-4.main.0000000000000000", Cancel));
    }

    [Fact]
    public async Task Pins_are_kept_where_the_run_is()
    {
        await RecordAsync(6);
        RunRecord run = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0];

        Assert.True(await _merged.PinAsync(run, true, Cancel));
        Assert.Equal(["pod-4"], Pods(await _merged.QueryAsync(new RunQuery { PinnedOnly = true }, Cancel)));
        Assert.True(await _merged.PinAsync(run, false, Cancel));
        Assert.Empty(Pods(await _merged.QueryAsync(new RunQuery { PinnedOnly = true }, Cancel)));
    }

    [Fact]
    public async Task Days_are_sums_and_an_export_has_all()
    {
        await RecordAsync(20);

        DaySummary day = Assert.Single((await _merged.DaysAsync(Cancel)).Items);
        Assert.Equal((DateOnly.FromDateTime(Noon.UtcDateTime), 20, 3), (day.Day, day.Runs, day.Failed));
        using var file = new MemoryStream();
        (long count, IReadOnlyList<string> missing) = await ParquetExport.WriteAsync(_merged, new RunQuery(), file, Cancel);
        Assert.Equal((20, 0), (count, missing.Count));
    }

    [Fact]
    public async Task A_part_that_gives_no_answer_is_named_beside_what_the_others_have()
    {
        await RecordAsync(30);
        _parts[1].Fault = "connection refused";
        _missing.Add("what ended on node n4 is missing: it has no agent");

        RunPage page = await _merged.QueryAsync(new RunQuery(), Cancel);
        DayPage days = await _merged.DaysAsync(Cancel);

        Assert.Equal(20, page.Items.Count);
        Assert.Equal(["what ended on node n4 is missing: it has no agent", "what ended on node n2 is missing: connection refused"], page.Missing);
        Assert.Equal((20, 2), (days.Items[0].Runs, days.Missing.Count));
    }

    [Fact]
    public async Task What_may_be_where_there_is_no_answer_is_not_said_to_be_nowhere()
    {
        await RecordAsync(6);
        RunRecord on2 = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0], on1 = (await _merged.QueryAsync(new RunQuery { Pod = "pod-3" }, Cancel)).Items[0];
        _parts[1].Fault = "connection refused";

        Assert.NotNull(await _merged.FindAsync(on1.Name, Cancel));
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.FindAsync(on2.Name, Cancel))).Status.Code);
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => LogAsync(on2, new LogSelection()))).Status.Code);
        _parts.ForEach(part => part.Fault = "connection refused");
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.QueryAsync(new RunQuery(), Cancel))).Status.Code);
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.DaysAsync(Cancel))).Status.Code);
        _parts.Clear();
        Assert.Empty((await _merged.QueryAsync(new RunQuery(), Cancel)).Items);
        _missing.Add("no agents");
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.QueryAsync(new RunQuery(), Cancel))).Status.Code);
    }

    [Fact]
    public async Task A_run_that_is_found_is_given_without_waiting_for_the_rest()
    {
        await RecordAsync(6);
        RunRecord run = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0];
        _parts[0].IsStuck = _parts[2].IsStuck = true;

        Assert.Equal("pod-4", (await _merged.FindAsync(run.Name, Cancel))!.Pod);
    }

    [Fact]
    public async Task A_part_cannot_show_runs_of_another_namespace_than_was_asked_for()
    {
        await RecordAsync(6);
        _parts[0].Namespace = "secrets";

        RunPage page = await _merged.QueryAsync(new RunQuery { Namespace = "default" }, Cancel);

        Assert.Equal(4, page.Items.Count);
    }

    [Fact]
    public async Task A_part_cannot_give_another_run_the_name_that_is_looked_for()
    {
        await RecordAsync(6);
        RunRecord known = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0], forged = known with { PodUid = Guid.NewGuid().ToString() };
        string name = $"pod-4.main.{new string('0', 16)}";
        _parts[0].Answer = Listed(forged with { Name = name });

        Assert.Equal(503, (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.FindAsync(name, Cancel))).Status.Code);
        _parts[0].Answer = Listed(forged);
        Assert.Equal("n2", (await _merged.FindAsync(known.Name, Cancel))!.Node);
    }

    [Fact]
    public async Task A_run_that_two_parts_say_they_have_is_given_from_neither()
    {
        await RecordAsync(6);
        RunRecord run = (await _merged.QueryAsync(new RunQuery { Pod = "pod-4" }, Cancel)).Items[0];
        _parts[0].Answer = Listed(run);

        ApiStatus refused = (await Assert.ThrowsAsync<ApiStatusException>(() => _merged.FindAsync(run.Name, Cancel))).Status;

        Assert.Equal(500, refused.Code);
        Assert.Contains("n1, n2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_hangs_does_not_keep_what_another_has()
    {
        await RecordAsync(6);
        RunRecord run = (await _merged.QueryAsync(new RunQuery { Pod = "pod-3" }, Cancel)).Items[0];
        _parts[2].Hangs = true;
        var time = new FakeTimeProvider();

        int answered = _parts[0].Answered;
        Task<RunRecord?> finding = Over(_parts, time).FindAsync(run.Name, Cancel);
        await Eventually.TrueAsync(() => _parts[0].Answered > answered, Cancel);
        (RunRecord? found, TimeSpan took) = await TimedAsync(time, finding);

        Assert.Equal("n1", found!.Node);
        Assert.InRange(took, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Many_parts_that_hang_are_not_waited_for_one_after_the_other_nor_at_once_again()
    {
        await RecordAsync(6);
        FakePart[] hung = [.. Enumerable.Range(0, 40).Select(number => new FakePart($"h{number}", _parts[0].Endpoint) { Hangs = true })];
        var time = new FakeTimeProvider();
        MergedHistory merged = Over([_parts[0], .. hung], time);

        (RunPage page, TimeSpan took) = await TimedAsync(time, merged.QueryAsync(new RunQuery(), Cancel));
        Assert.Equal((2, 40), (page.Items.Count, page.Missing.Count));
        Assert.InRange(took, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(28));
        await TimedAsync(time, merged.QueryAsync(new RunQuery(), Cancel));
        Assert.Single(hung[0].Asked);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("2026-11-29.1")]
    [InlineData("AAAA")]
    public async Task A_place_that_is_of_no_query_is_refused(string cursor) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _merged.QueryAsync(new RunQuery { Continue = cursor }, Cancel));

    private static IEnumerable<string> Pods(RunPage page) => page.Items.Select(run => run.Pod);

    private static string Listed(RunRecord run) => HistoryDocuments.RunList(new RunPage([run], ""), placed: false).ToJsonString();

    private static MergedHistory Over(IReadOnlyList<FakePart> parts, TimeProvider time) =>
        new(() => new HistoryParts(parts, []), (_, _) => Task.FromResult<IReadOnlyList<PodEvent>>([]), TimeSpan.FromSeconds(15), time);

    /// <summary>Lets time go by until it is done; how much did.</summary>
    private static async Task<(T Result, TimeSpan Took)> TimedAsync<T>(FakeTimeProvider time, Task<T> work)
    {
        DateTimeOffset begin = time.GetUtcNow();
        await Eventually.TrueAsync(
            () =>
            {
                if (!work.IsCompleted)
                    time.Advance(TimeSpan.FromMilliseconds(250));
                return work.IsCompleted;
            },
            Cancel);
        return (await work, time.GetUtcNow() - begin);
    }

    /// <summary>Each ends a second after the one before it, on the nodes in turn.</summary>
    private async Task RecordAsync(int count)
    {
        for (int number = 0; number < count; number++)
        {
            FinishedRun run = TestRuns.Run(number, _folder["0.log"]) with { Finished = Noon.AddSeconds(number), Spec = """{"spec":{"containers":[]}}"""u8.ToArray() };
            await _stores[number % 3].RecordAsync(run, Cancel);
        }
    }

    private async Task<string> LogAsync(RunRecord run, LogSelection selection)
    {
        using var text = new MemoryStream();
        await _merged.WriteLogAsync(run, selection, text, Cancel);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
