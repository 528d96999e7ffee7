// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Data.Sqlite;
using Pelago.History.Days;
using Pelago.History.Logs;
using ZstdSharp;

namespace Pelago.History.Retention;

/// <summary>
/// Drops a day but for some of its runs: they are written under the day's next generation, which takes over by one rename; then the old files go.
/// A death before the rename leaves the old day, one after it two, of which the older goes at the next start.
/// </summary>
internal static class DayPruning
{
    private const string Copy = """
        INSERT INTO run SELECT * FROM old.run WHERE {0};
        INSERT INTO word SELECT * FROM old.word WHERE id IN (SELECT ns FROM run UNION SELECT container FROM run UNION SELECT owner FROM run
          UNION SELECT node FROM run UNION SELECT reason FROM run UNION SELECT loss FROM run);
        INSERT INTO spec SELECT * FROM old.spec WHERE id IN (SELECT spec FROM run);
        INSERT INTO part SELECT * FROM old.part WHERE run IN (SELECT id FROM run);
        INSERT INTO event SELECT * FROM old.event WHERE uid IN (SELECT uid FROM run);
        INSERT OR IGNORE INTO word SELECT * FROM old.word WHERE id IN (SELECT type FROM event UNION SELECT reason FROM event UNION SELECT source FROM event);
        """;

    public static PrunedDay Prune(DayFile file, KeptRuns kept, bool durable)
    {
        string condition = kept == KeptRuns.Pinned ? "pinned = 1" : "(failed = 1 OR pinned = 1)";
        (long all, long some) = Count(file, condition);
        if (some == all && all > 0)
            return new PrunedDay(0, all);
        if (some > 0)
            WriteNext(file, condition, durable);
        DaySchema.Forget(file.Database);
        file.Delete();
        return new PrunedDay(all - some, some);
    }

    private static (long All, long Kept) Count(DayFile file, string condition)
    {
        using SqliteConnection connection = DaySchema.OpenForReading(file.Database);
        return (DaySchema.Number(connection, "SELECT count(*) FROM run"), DaySchema.Number(connection, $"SELECT count(*) FROM run WHERE {condition}"));
    }

    private static void WriteNext(DayFile file, string condition, bool durable)
    {
        DayFile next = file.Next;
        string draft = next.Database + DayFile.Draft;
        File.Delete(draft);
        File.Delete(next.Logs);
        using (SqliteConnection connection = DaySchema.OpenForWriting(draft, durable))
        {
            using (SqliteCommand attach = connection.CreateCommand())
            {
                attach.CommandText = "ATTACH $path AS old";
                attach.Parameters.AddWithValue("$path", file.Database);
                attach.ExecuteNonQuery();
            }

            DaySchema.Run(connection, "BEGIN IMMEDIATE;" + Copy.Replace("{0}", condition, StringComparison.Ordinal));
            CopySegments(connection, file, next);
            using (var names = new NameBlocks(connection))
                names.Complete();
            DaySchema.Run(connection, "COMMIT; DETACH old; PRAGMA wal_checkpoint(TRUNCATE)");
        }

        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(draft, next.Database);
    }

    private static void CopySegments(SqliteConnection connection, DayFile file, DayFile next)
    {
        using var compressor = new Compressor();
        using var to = new LogFile(next.Logs, 0, compressor);
        using var add = new Statement(
            connection,
            """
            INSERT INTO segment(id, hash, at, size, bytes, lines, first, last)
            SELECT id, hash, $2, size, bytes, lines, first, last FROM old.segment WHERE id = $1
            """,
            2);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, at, size, bytes, lines FROM old.segment WHERE id IN (SELECT segment FROM part) ORDER BY at";
        using SqliteDataReader rows = command.ExecuteReader();
        if (!rows.HasRows)
            return;
        using var from = new SegmentReader(file.Logs);
        while (rows.Read())
        {
            var segment = new Segment(rows.GetInt64(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4));
            Segment copy = to.AppendPacked(from.Packed(segment), segment.Bytes, segment.Lines);
            add.Run(rows.GetInt64(0), copy.At);
        }

        to.Flush();
    }
}
