// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.History.Days;

namespace Pelago.History.Writing;

/// <summary>The days that are written to, opened when they are. For the writer's thread only.</summary>
internal sealed class DayWriters(HistoryOptions options) : IDisposable
{
    // Today, yesterday, and one that somebody pins a run of.
    private const int MaxOpen = 3;
    private static readonly TimeSpan Future = TimeSpan.FromDays(1);
    private readonly Dictionary<DateOnly, DayWriter> _open = [];
    private volatile TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// How many bytes may be added to all files as they are; below 0 runs are recorded without their logs. It is counted down with what logs take, and set anew
    /// when what is old was dropped; before that it is not known.
    /// </summary>
    public long Room { get; private set; } = long.MaxValue;

    /// <summary>For any thread: completes when little room is left where there was more.</summary>
    public Task Overflow => _overflow.Task;

    public DateOnly Today => DateOnly.FromDateTime(options.Time.GetUtcNow().UtcDateTime);

    public void SetRoom(long bytes)
    {
        Room = bytes;
        _overflow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Record(FinishedRun run)
    {
        long before = Room;
        Room -= Of(DayOf(run.Finished)).Record(run, Room >= 0, options.MaxLogBytes);
        if (before >= options.Retention.Spare && Room < options.Retention.Spare)
            _overflow.TrySetResult();
    }

    public void Record(IReadOnlyList<PodEvent> happened)
    {
        foreach (PodEvent one in happened)
            Of(DayOf(one.At)).Record(one);
    }

    public DayWriter Of(DateOnly day)
    {
        if (_open.TryGetValue(day, out DayWriter? known))
            return known;
        if (_open.Count >= MaxOpen)
            Commit(close: true);
        DayFile file = DayFile.In(options.Directory).FirstOrDefault(file => file.Day == day) ?? new DayFile(options.Directory, day, 0);
        bool isNew = !File.Exists(file.Database);
        var writer = new DayWriter(file, options.Durable);
        if (isNew)
            File.SetUnixFileMode(file.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _open.Add(day, writer);
        return writer;
    }

    public void Commit(bool close = false)
    {
        foreach (DayWriter writer in _open.Values)
            writer.Commit();
        if (close)
            Close();
    }

    /// <summary>Closes all, without what is not committed.</summary>
    public void Close()
    {
        foreach (DayWriter writer in _open.Values)
            writer.Dispose();
        _open.Clear();
    }

    public void Dispose() => Close();

    /// <summary>
    /// The day that the run ended on: the same whenever it is recorded again, as after each restart while its pod is there. A clock that is far off must not
    /// put it where it is dropped at once, or never.
    /// </summary>
    private DateOnly DayOf(DateTimeOffset at)
    {
        DateTimeOffset now = options.Time.GetUtcNow();
        return at < now - options.Retention.MaxFailedAge || at > now + Future ? DateOnly.FromDateTime(now.UtcDateTime) : DateOnly.FromDateTime(at.UtcDateTime);
    }
}
