// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.History.Days;
using Pelago.History.Storage;

namespace Pelago.History.Retention;

/// <summary>Puts days that have ended into an archive, logs first: a database there has its logs beside it.</summary>
internal sealed class DayArchive(IObjectStorage storage)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _listed;

    public async Task PutAsync(IReadOnlyList<DayFile> days, CancellationToken cancel)
    {
        if (!_listed)
        {
            await foreach (string name in storage.ListAsync(cancel))
                _known.Add(name);
            _listed = true;
        }

        foreach (DayFile day in days)
        {
            // A later generation has less than what is there already.
            if (_known.Contains(Path.GetFileName((day with { Generation = 0 }).Database)))
                continue;
            if (File.Exists(day.Logs))
                await PutAsync(day.Logs, cancel);
            Seal(day);
            await PutAsync(day.Database, cancel);
        }
    }

    /// <summary>Moves what is in the write-ahead log into the file itself.</summary>
    private static void Seal(DayFile day)
    {
        using Microsoft.Data.Sqlite.SqliteConnection connection = DaySchema.OpenForWriting(day.Database, durable: true);
        DaySchema.Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private async Task PutAsync(string path, CancellationToken cancel)
    {
        await using FileStream file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await storage.PutAsync(Path.GetFileName(path), file, cancel);
        _known.Add(Path.GetFileName(path));
    }
}
