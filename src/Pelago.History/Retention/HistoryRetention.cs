// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.History.Days;
using Pelago.History.Writing;

namespace Pelago.History.Retention;

/// <summary>Drops days by age and by bytes, oldest first. What of a day is kept longer is written into a new, small one; the old files go as a whole.</summary>
internal sealed partial class HistoryRetention(HistoryOptions options, HistoryWriter writer)
{
    private readonly ILogger _log = options.Logging.CreateLogger<HistoryRetention>();
    private readonly DayArchive? _archive = options.Archive is { } storage ? new DayArchive(storage) : null;

    public async Task RunAsync(CancellationToken cancel)
    {
        DateOnly today = DateOnly.FromDateTime(options.Time.GetUtcNow().UtcDateTime);
        if (_archive is not null)
            await _archive.PutAsync([.. DayFile.In(options.Directory).Where(file => file.Day < today.AddDays(-1))], cancel);
        foreach (DayFile file in DayFile.In(options.Directory).Reverse())
        {
            if (Kept(today, file.Day) is { } kept)
                await PruneAsync(file, kept, cancel);
        }

        await DropForRoomAsync(today, cancel);
    }

    public bool Keeps(DateTimeOffset finished, bool failed)
    {
        KeptRuns? kept = Kept(DateOnly.FromDateTime(options.Time.GetUtcNow().UtcDateTime), DateOnly.FromDateTime(finished.UtcDateTime));
        return kept is null || (failed && kept == KeptRuns.FailedAndPinned);
    }

    /// <summary>Which runs of a day stay; null: all.</summary>
    private KeptRuns? Kept(DateOnly today, DateOnly day)
    {
        var age = TimeSpan.FromDays(today.DayNumber - day.DayNumber);
        return age > options.Retention.MaxFailedAge ? KeptRuns.Pinned : age > options.Retention.MaxAge ? KeptRuns.FailedAndPinned : null;
    }

    private async Task DropForRoomAsync(DateOnly today, CancellationToken cancel)
    {
        IReadOnlyList<DayFile> files = DayFile.In(options.Directory);
        long bytes = files.Sum(file => file.Bytes);
        foreach (DayFile file in files.Reverse().Where(file => file.Day < today))
        {
            if (bytes <= options.Retention.MaxBytes - options.Retention.Spare)
                break;
            await PruneAsync(file, KeptRuns.Pinned, cancel);
            bytes = DayFile.In(options.Directory).Sum(left => left.Bytes);
        }

        // Counted where nobody writes meanwhile.
        await writer.AloneAsync(days => days.SetRoom(options.Retention.MaxBytes - DayFile.In(options.Directory).Sum(file => file.Bytes)), cancel);
        if (bytes > options.Retention.MaxBytes)
            Log.Full(_log, options.Directory, bytes, options.Retention.MaxBytes);
    }

    private async Task PruneAsync(DayFile file, KeptRuns kept, CancellationToken cancel)
    {
        PrunedDay? pruned = null;
        await writer.AloneAsync(
            days =>
            {
                days.Close();
                pruned = DayPruning.Prune(file, kept, options.Durable);
            },
            cancel);
        if (pruned is { Dropped: > 0 } done)
            Log.Pruned(_log, file.Title, done.Dropped, done.Kept);
    }

    private static partial class Log
    {
        [LoggerMessage(7000, LogLevel.Information, "History of day {Day}: {Dropped} run(s) dropped, {Kept} kept")]
        public static partial void Pruned(ILogger log, string day, long dropped, long kept);

        [LoggerMessage(7001, LogLevel.Warning, "History in {Directory} has {Bytes} bytes of {Most} and nothing more to drop: runs are recorded without their logs")]
        public static partial void Full(ILogger log, string directory, long bytes, long most);
    }
}
