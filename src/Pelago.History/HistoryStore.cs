// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Microsoft.Data.Sqlite;
using Pelago.History.Days;
using Pelago.History.Logs;
using Pelago.History.Retention;
using Pelago.History.Writing;
using Pelago.Kube;

namespace Pelago.History;

/// <summary>
/// What has ended: runs of containers with their outcome, spec, events and logs, in two files a day. One writer; readers beside it see what is committed.
/// A directory is of one process at a time.
/// </summary>
public sealed class HistoryStore : IRunHistory, IAsyncDisposable
{
    private readonly HistoryOptions _options;
    private readonly HistoryWriter _writer;
    private readonly HistoryRetention _retention;

    private HistoryStore(HistoryOptions options)
    {
        _options = options;
        _writer = new HistoryWriter(options);
        _retention = new HistoryRetention(options, _writer);
    }

    /// <summary>Opens a directory, made when absent, after removing what a death in the middle of a change left in it.</summary>
    public static HistoryStore Open(HistoryOptions options)
    {
        Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DayFile.Tidy(options.Directory);
        return new HistoryStore(options);
    }

    /// <summary>
    /// Records a run with its log; completes when both are safe. May be repeated: of a run that is known only what its log has more is recorded.
    /// A <see cref="HistoryException"/>: it is not recorded, and its log must stay.
    /// </summary>
    public Task RecordAsync(FinishedRun run, CancellationToken cancel) => _writer.RecordAsync(run, cancel);

    /// <summary>Records Events of pods together; of one that is known, the newest of it.</summary>
    public Task RecordAsync(IReadOnlyList<PodEvent> happened, CancellationToken cancel) => _writer.RecordAsync(happened, cancel);

    /// <summary>Runs, newest first. An <see cref="ArgumentException"/>: its <see cref="RunQuery.Continue"/> is of no query.</summary>
    public RunPage Query(RunQuery query, CancellationToken cancel)
    {
        int limit = Math.Clamp(query.Limit, 1, RunQuery.MaxLimit);
        (DateOnly Day, long Id)? from = RunCursor.Parse(query.Continue);
        var found = new List<RunRecord>();
        foreach (DayFile file in Days())
        {
            if ((from is { } start && file.Day > start.Day) || !MayHold(file.Day, query))
                continue;
            Read(file, reader => reader.Query(query, from?.Day == file.Day ? from.Value.Id : long.MaxValue, limit + 1, found, cancel));
            if (found.Count > limit)
                return new RunPage(found[..limit], RunCursor.After(found[limit - 1]));
        }

        return new RunPage(found, "");
    }

    /// <summary>The run of a name; null when history has none.</summary>
    public RunRecord? Find(string name)
    {
        if (RunKey.OfName(name) is not { } key)
            return null;
        foreach (DayFile file in Days())
        {
            RunRecord? found = null;
            Read(file, reader => found = reader.Find(key));
            if (found is not null)
                return found.Name == name ? found : null;
        }

        return null;
    }

    /// <summary>The document that was recorded as the run's spec; null: none was.</summary>
    public byte[]? Spec(RunRecord run)
    {
        byte[]? spec = null;
        Read(run, reader => spec = reader.Spec(run.Id));
        return spec;
    }

    /// <summary>Events of the run's pod on the days that the run was on, oldest first.</summary>
    public IReadOnlyList<PodEvent> Events(RunRecord run)
    {
        var events = new List<PodEvent>();
        var first = DateOnly.FromDateTime((run.Started ?? run.Finished).UtcDateTime);
        foreach (DayFile file in Days().Reverse().Where(file => file.Day >= first.AddDays(-1) && file.Day <= run.Day.AddDays(1)))
            Read(file, reader => events.AddRange(reader.Events(run.PodUid)));
        return events;
    }

    /// <summary>Writes the run's log as text.</summary>
    public async Task WriteLogAsync(RunRecord run, LogSelection selection, Stream output, CancellationToken cancel)
    {
        if (FileOf(run.Day) is not { } file || DayReader.TryOpen(file) is not { } reader)
            return;
        using (reader)
        {
            IReadOnlyList<Segment> segments = reader.Segments(run.Id);
            if (segments.Count == 0)
                return;
            using SegmentReader logs = reader.OpenLogs();
            (int first, long skip) = LogTail.Of(segments, selection, logs.Text);
            var decoder = new LogDecoder(selection, skip);
            var text = new ArrayBufferWriter<byte>();
            for (int i = first; i < segments.Count && !decoder.IsFull; i++)
            {
                text.ResetWrittenCount();
                decoder.Decode(logs.Text(segments[i]), text);
                await output.WriteAsync(text.WrittenMemory, cancel);
            }
        }
    }

    /// <summary>A pinned run stays whatever is dropped. False when history has no such run.</summary>
    public async Task<bool> PinAsync(RunRecord run, bool pinned, CancellationToken cancel)
    {
        bool done = false;
        await _writer.AloneAsync(
            days => done = FileOf(run.Day) is not null && days.Of(run.Day).Pin(RunKey.OfName(run.Name) ?? 0, pinned),
            cancel);
        return done;
    }

    /// <summary>What there is, newest day first.</summary>
    public IReadOnlyList<DaySummary> Summaries()
    {
        var summaries = new List<DaySummary>();
        foreach (DayFile file in Days())
            Read(file, reader => summaries.Add(reader.Summary()));
        return summaries;
    }

    Task<RunPage> IRunHistory.QueryAsync(RunQuery query, CancellationToken cancel) => Task.FromResult(Query(query, cancel));

    Task<RunRecord?> IRunHistory.FindAsync(string name, CancellationToken cancel) => Task.FromResult(Find(name));

    Task<byte[]?> IRunHistory.SpecAsync(RunRecord run, CancellationToken cancel) => Task.FromResult(Spec(run));

    Task<IReadOnlyList<PodEvent>> IRunHistory.EventsAsync(RunRecord run, CancellationToken cancel) => Task.FromResult(Events(run));

    Task<DayPage> IRunHistory.DaysAsync(CancellationToken cancel) => Task.FromResult(new DayPage(Summaries()));

    /// <summary>Drops what <see cref="HistoryOptions.Retention"/> does not keep, and archives days that have ended.</summary>
    public Task ExpireAsync(CancellationToken cancel) => _retention.RunAsync(cancel);

    /// <summary>Completes when, since the last <see cref="ExpireAsync"/>, so much was recorded that there is soon no room for logs.</summary>
    public Task OverflowAsync() => _writer.OverflowAsync();

    /// <summary>False: a run that ended then would be dropped by <see cref="ExpireAsync"/>.</summary>
    public bool Keeps(DateTimeOffset finished, bool failed) => _retention.Keeps(finished, failed);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static bool MayHold(DateOnly day, RunQuery query)
    {
        // A run whose clock was far off is in the day it was recorded on.
        DateTimeOffset begin = new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return (query.Since is not { } since || begin.AddDays(1) > since) && (query.Until is not { } until || begin < until);
    }

    private IReadOnlyList<DayFile> Days() => DayFile.In(_options.Directory);

    private DayFile? FileOf(DateOnly day) => Days().FirstOrDefault(file => file.Day == day);

    private void Read(RunRecord run, Action<DayReader> read)
    {
        if (FileOf(run.Day) is { } file)
            Read(file, read);
    }

    private static void Read(DayFile file, Action<DayReader> read)
    {
        using DayReader? reader = DayReader.TryOpen(file);
        if (reader is null)
            return;
        try
        {
            read(reader);
        }
        catch (SqliteException fault)
        {
            throw new HistoryException($"{file.Database} could not be read: {fault.Message}", fault);
        }
    }
}
