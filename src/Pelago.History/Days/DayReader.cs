// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Data.Sqlite;
using Pelago.History.Logs;
using Pelago.Kube;
using ZstdSharp;

namespace Pelago.History.Days;

/// <summary>Reads one day, at one moment, beside whoever writes it.</summary>
internal sealed class DayReader : IDisposable
{
    private const int CannotOpen = 14; // SQLITE_CANTOPEN
    private const int MaxSpecBytes = 4 << 20;
    private readonly DayFile _file;
    private readonly SqliteConnection _connection;

    private DayReader(DayFile file, SqliteConnection connection) => (_file, _connection) = (file, connection);

    /// <summary>Null when the day was dropped a moment ago.</summary>
    public static DayReader? TryOpen(DayFile file)
    {
        if (!File.Exists(file.Database))
            return null;
        try
        {
            return new DayReader(file, DaySchema.OpenForReading(file.Database));
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == CannotOpen)
        {
            return null;
        }
    }

    /// <summary>Runs with ids below <paramref name="before"/>, newest first.</summary>
    public void Query(RunQuery query, long before, int limit, List<RunRecord> into, CancellationToken cancel)
    {
        var select = new RunSelect(_connection, query);
        if (select.IsEmpty)
            return;
        string part = query.Contains.Length > 0 ? query.Contains : query.Pod.Length > 0 ? $"/{query.Pod}." : "";
        if (part.Length > 0 && !select.HasIndex)
            ByName(select, query, part, before, limit, into, cancel);
        else
            ByIndex(select, query.Contains, before, limit, into, cancel);
    }

    public RunRecord? Find(long key)
    {
        using SqliteCommand command = RunSelect.ByKey(_connection, key);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? RunSelect.Read(row, _file.Day) : null;
    }

    /// <summary>The spec of a run as it was recorded; null when none was.</summary>
    public byte[]? Spec(long run)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT body FROM spec WHERE id = (SELECT spec FROM run WHERE id = $id)";
        command.Parameters.AddWithValue("$id", run);
        if (command.ExecuteScalar() is not byte[] packed)
            return null;
        using var decompressor = new Decompressor();
        return decompressor.Unwrap(packed, MaxSpecBytes).ToArray();
    }

    /// <summary>Where the run's log is, in order.</summary>
    public IReadOnlyList<Segment> Segments(long run)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT at, size, bytes, lines FROM part JOIN segment ON segment.id = part.segment WHERE run = $id ORDER BY seq";
        command.Parameters.AddWithValue("$id", run);
        using SqliteDataReader rows = command.ExecuteReader();
        var segments = new List<Segment>();
        while (rows.Read())
            segments.Add(new Segment(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3)));
        return segments;
    }

    public IReadOnlyList<PodEvent> Events(string podUid)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            SELECT at, (SELECT text FROM word WHERE id = event.type), (SELECT text FROM word WHERE id = event.reason), (SELECT text FROM word WHERE id = event.source), message, count
            FROM event WHERE uid = $uid ORDER BY at
            """;
        command.Parameters.AddWithValue("$uid", Uid.Store(podUid));
        using SqliteDataReader rows = command.ExecuteReader();
        var events = new List<PodEvent>();
        while (rows.Read())
        {
            events.Add(new PodEvent
            {
                Uid = "", PodUid = podUid, At = Moments.Read(rows.GetInt64(0)), Type = rows.GetString(1), Reason = rows.GetString(2), Source = rows.GetString(3),
                Message = rows.GetString(4), Count = rows.GetInt32(5),
            });
        }

        return events;
    }

    public DaySummary Summary() => new(
        _file.Day, Number("SELECT count(*) FROM run"), Number("SELECT count(*) FROM run WHERE failed = 1"), Number("SELECT count(*) FROM run WHERE pinned = 1"),
        Number("SELECT sum(bytes) FROM segment"), Number("SELECT sum(size) FROM segment"), _file.Bytes);

    public SegmentReader OpenLogs() => new(_file.Logs);

    public void Dispose() => _connection.Dispose();

    private long Number(string sql) => DaySchema.Number(_connection, sql);

    private void ByIndex(RunSelect select, string contains, long before, int limit, List<RunRecord> into, CancellationToken cancel)
    {
        using SqliteCommand command = select.Before(before);
        using SqliteDataReader rows = command.ExecuteReader();
        while (into.Count < limit && rows.Read())
        {
            cancel.ThrowIfCancellationRequested();
            RunRecord run = RunSelect.Read(rows, _file.Day);
            if (contains.Length == 0 || NameBlocks.TextOf(run.Namespace, run.Pod, run.Container).Contains(contains, StringComparison.Ordinal))
                into.Add(run);
        }
    }

    private void ByName(RunSelect select, RunQuery query, string part, long before, int limit, List<RunRecord> into, CancellationToken cancel)
    {
        using SqliteCommand command = select.ById();
        foreach (long id in NameSearch.Find(_connection, part, query.Namespace, before, cancel))
        {
            command.Parameters["$id"].Value = id;
            using SqliteDataReader row = command.ExecuteReader();
            if (row.Read())
                into.Add(RunSelect.Read(row, _file.Day));
            if (into.Count >= limit)
                return;
        }
    }
}
