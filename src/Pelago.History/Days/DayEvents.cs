// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;

namespace Pelago.History.Days;

/// <summary>Writes the Events of a day's pods.</summary>
internal sealed class DayEvents(SqliteConnection connection, WordTable words) : IDisposable
{
    private readonly Statement _add = new(
        connection,
        """
        INSERT INTO event(key, uid, at, type, reason, source, message, count) VALUES($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT(key) DO UPDATE SET at = excluded.at, message = excluded.message, count = excluded.count
        """,
        8);

    public void Record(PodEvent happened) => _add.Run(
        RunKey.Of(happened.Uid), Uid.Store(happened.PodUid), Moments.Store(happened.At), words.Of(happened.Type), words.Of(happened.Reason), words.Of(happened.Source),
        happened.Message, (long)happened.Count);

    public void Dispose() => _add.Dispose();
}
