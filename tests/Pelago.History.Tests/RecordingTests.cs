// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

public sealed class RecordingTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly HistoryStore _store;

    public RecordingTests() => _store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"], Durable = false, MaxLogBytes = 3 << 20 });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_found_with_all_that_was_said_of_it()
    {
        FinishedRun run = TestRuns.Run(7) with { Message = "it broke", Attempt = 3, ExitCode = 42, Reason = "Error", Spec = Encoding.UTF8.GetBytes("""{"spec":{"a":1}}""") };
        await _store.RecordAsync(run, Cancel);

        RunRecord found = Assert.Single(_store.Query(new RunQuery(), Cancel).Items);
        Assert.Equal(("default", "pod-7", run.PodUid, "main", 3), (found.Namespace, found.Pod, found.PodUid, found.Container, found.Attempt));
        Assert.Equal(("Job/job-7", "node-1", 42, "Error", "it broke", true), (found.Owner, found.Node, found.ExitCode, found.Reason, found.Message, found.Failed));
        Assert.Equal(run.Finished.ToUnixTimeMilliseconds(), found.Finished.ToUnixTimeMilliseconds());
        Assert.Equal("""{"spec":{"a":1}}""", Encoding.UTF8.GetString(_store.Spec(found)!));
        Assert.Equal(found, _store.Find(found.Name));
        Assert.Null(_store.Find("pod-7.main.0000000000000000"));
        Assert.Null(_store.Find("pod-7"));
    }

    [Fact]
    public async Task Recording_again_changes_nothing_and_takes_what_the_log_has_more()
    {
        string log = _folder["0.log"];
        await File.WriteAllTextAsync(log, TestRuns.Line("one"), Cancel);
        FinishedRun run = TestRuns.Run(1, log);
        await _store.RecordAsync(run, Cancel);
        await _store.RecordAsync(run, Cancel);
        await File.AppendAllTextAsync(log, TestRuns.Line("two"), Cancel);
        await _store.RecordAsync(run, Cancel);

        RunRecord found = Assert.Single(_store.Query(new RunQuery(), Cancel).Items);
        Assert.Equal("one\ntwo\n", await TestRuns.LogAsync(_store, found, Cancel));
        Assert.Equal(2, found.LogLines);
    }

    [Fact]
    public async Task Recording_again_fills_in_an_owner_and_a_spec_that_were_not_known()
    {
        string log = _folder["0.log"];
        await File.WriteAllTextAsync(log, TestRuns.Line("one"), Cancel);
        FinishedRun run = TestRuns.Run(1, log);
        await _store.RecordAsync(run with { Owner = "" }, Cancel);
        await _store.RecordAsync(run with { Spec = "{}"u8.ToArray() }, Cancel);
        await _store.RecordAsync(run with { Owner = "", LogFiles = [] }, Cancel);

        RunRecord found = Assert.Single(_store.Query(new RunQuery(), Cancel).Items);
        Assert.Equal(("Job/job-1", "", "one\n"), (found.Owner, found.LogLoss, await TestRuns.LogAsync(_store, found, Cancel)));
        Assert.Equal("{}"u8.ToArray(), _store.Spec(found));
    }

    [Fact]
    public async Task A_log_comes_back_byte_for_byte_over_files_and_segments()
    {
        var random = new Random(1);
        var expected = new StringBuilder();
        var files = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            files.Add(_folder[$"0.log.{i}"]);
            await using var file = new StreamWriter(files[i]);
            for (int line = 0; line < 6_000; line++)
            {
                string text = $"{i} {line} {new string((char)('a' + random.Next(26)), random.Next(120))}";
                await file.WriteAsync(TestRuns.Line(text));
                expected.Append(text).Append('\n');
            }
        }

        await _store.RecordAsync(TestRuns.Run(1, [.. files]), Cancel);

        RunRecord found = Assert.Single(_store.Query(new RunQuery(), Cancel).Items);
        Assert.Equal(18_000, found.LogLines);
        Assert.Equal("", found.LogLoss);
        Assert.Equal(expected.ToString(), await TestRuns.LogAsync(_store, found, Cancel));
        string[] last = await LinesAsync(found, new LogSelection { TailLines = 7_000 });
        Assert.Equal(expected.ToString().Split('\n')[^7_001..^1], last);
    }

    [Fact]
    public async Task Parts_of_a_log_are_those_that_are_asked_for()
    {
        string log = _folder["0.log"];
        await File.WriteAllTextAsync(log, TestRuns.Line("out 1") + TestRuns.Line("err 1", "stderr") + TestRuns.Line("half ", tag: "P") + TestRuns.Line("whole") + TestRuns.Line("err 2", "stderr"), Cancel);
        await _store.RecordAsync(TestRuns.Run(1, log), Cancel);
        RunRecord found = Assert.Single(_store.Query(new RunQuery(), Cancel).Items);

        Assert.Equal(["out 1", "err 1", "half whole", "err 2"], await LinesAsync(found, new LogSelection()));
        Assert.Equal(["half whole", "err 2"], await LinesAsync(found, new LogSelection { TailLines = 2 }));
        Assert.Equal(["err 1", "err 2"], await LinesAsync(found, new LogSelection { Stream = "stderr" }));
        Assert.Equal(["err 2"], await LinesAsync(found, new LogSelection { Stream = "stderr", TailLines = 1 }));
        Assert.Equal("out 1\ner", await TestRuns.LogAsync(_store, found, Cancel, new LogSelection { LimitBytes = 8 }));
        Assert.Equal("2026-01-02T03:04:05.123456700Z half whole\n", await TestRuns.LogAsync(_store, found, Cancel, new LogSelection { TailLines = 2, Timestamps = true, LimitBytes = 42 }));
    }

    [Fact]
    public async Task A_log_that_is_missing_or_cut_says_why()
    {
        string big = _folder["big.log"];
        await File.WriteAllTextAsync(big, string.Concat(Enumerable.Range(0, 50_000).Select(i => TestRuns.Line($"{i} {new string('x', 60)}"))), Cancel);
        await _store.RecordAsync(TestRuns.Run(1, _folder["nowhere.log"]), Cancel);
        await _store.RecordAsync(TestRuns.Run(2) with { LogLoss = LogLoss.NeverStarted }, Cancel);
        await _store.RecordAsync(TestRuns.Run(3, big), Cancel);
        await File.WriteAllTextAsync(_folder["empty.log"], "", Cancel);
        await _store.RecordAsync(TestRuns.Run(4, _folder["empty.log"]), Cancel);

        Dictionary<string, string> losses = _store.Query(new RunQuery(), Cancel).Items.ToDictionary(run => run.Pod, run => run.LogLoss);
        Assert.Equal((LogLoss.NoFile, LogLoss.NeverStarted, LogLoss.Truncated, ""), (losses["pod-1"], losses["pod-2"], losses["pod-3"], losses["pod-4"]));
    }

    [Fact]
    public async Task Events_of_a_pod_are_kept_and_counted_up()
    {
        FinishedRun run = TestRuns.Run(1);
        var happened = new PodEvent { Uid = "e1", PodUid = run.PodUid, At = DateTimeOffset.UtcNow, Type = "Warning", Reason = "BackOff", Source = "kubelet", Message = "again" };
        await _store.RecordAsync([happened], Cancel);
        await _store.RecordAsync([happened with { Count = 5 }, happened with { Uid = "e2", PodUid = "another" }], Cancel);
        await _store.RecordAsync(run, Cancel);

        PodEvent found = Assert.Single(_store.Events(Assert.Single(_store.Query(new RunQuery(), Cancel).Items)));
        Assert.Equal(("Warning", "BackOff", "kubelet", "again", 5), (found.Type, found.Reason, found.Source, found.Message, found.Count));
    }

    [Fact]
    public async Task What_was_recorded_is_there_after_a_restart_and_files_are_private()
    {
        await _store.RecordAsync(TestRuns.Run(1), Cancel);
        await _store.DisposeAsync();

        await using var again = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"] });
        await again.RecordAsync(TestRuns.Run(1), Cancel);
        await again.RecordAsync(TestRuns.Run(2), Cancel);

        Assert.Equal(["pod-2", "pod-1"], again.Query(new RunQuery(), Cancel).Items.Select(run => run.Pod));
        Assert.All(Directory.EnumerateFiles(_folder["history"]), file =>
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string[]> LinesAsync(RunRecord run, LogSelection selection) => (await TestRuns.LogAsync(_store, run, Cancel, selection)).Split('\n')[..^1];
}
