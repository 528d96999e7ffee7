// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;

namespace Pelago.History.Days;

/// <summary>
/// What a day's database holds. Texts that many runs share are words, and a spec is there once. An index ends with the row's id, so the newest rows of
/// each of its values are read in order.
/// </summary>
internal static class DaySchema
{
    public const int Version = 1;

    private const string Tables = """
        CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE spec(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL);
        CREATE TABLE run(
          id INTEGER PRIMARY KEY, key INTEGER NOT NULL, ns INTEGER NOT NULL, pod TEXT NOT NULL, uid NOT NULL, container INTEGER NOT NULL,
          attempt INTEGER NOT NULL, owner INTEGER NOT NULL, node INTEGER NOT NULL, started INTEGER, finished INTEGER NOT NULL, code INTEGER NOT NULL,
          failed INTEGER NOT NULL, reason INTEGER NOT NULL, message TEXT, spec INTEGER, bytes INTEGER NOT NULL, lines INTEGER NOT NULL,
          loss INTEGER NOT NULL, pinned INTEGER NOT NULL);
        CREATE UNIQUE INDEX run_key ON run(key);
        CREATE INDEX run_owner ON run(owner);
        CREATE INDEX run_ns ON run(ns);
        CREATE INDEX run_failed ON run(ns) WHERE failed = 1;
        CREATE INDEX run_failures ON run(failed) WHERE failed = 1;
        CREATE INDEX run_pins ON run(pinned) WHERE pinned = 1;
        CREATE TABLE segment(
          id INTEGER PRIMARY KEY, hash BLOB NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, bytes INTEGER NOT NULL, lines INTEGER NOT NULL,
          first INTEGER, last INTEGER);
        CREATE INDEX segment_hash ON segment(hash);
        CREATE TABLE part(run INTEGER NOT NULL, seq INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY(run, seq)) WITHOUT ROWID;
        CREATE TABLE names(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, text BLOB NOT NULL);
        CREATE TABLE event(
          id INTEGER PRIMARY KEY, key INTEGER NOT NULL, uid NOT NULL, at INTEGER NOT NULL, type INTEGER NOT NULL, reason INTEGER NOT NULL,
          source INTEGER NOT NULL, message TEXT NOT NULL, count INTEGER NOT NULL);
        CREATE UNIQUE INDEX event_key ON event(key);
        CREATE INDEX event_uid ON event(uid);
        """;

    /// <summary>For whoever writes; the tables are made when the file is new.</summary>
    public static SqliteConnection OpenForWriting(string path, bool durable)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadWriteCreate, pooling: false);
        try
        {
            Run(connection, $"PRAGMA busy_timeout=10000; PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous={(durable ? "FULL" : "NORMAL")}; PRAGMA cache_size=-65536");
            long version = Number(connection, "PRAGMA user_version");
            if (version == 0)
                Run(connection, $"BEGIN IMMEDIATE; {Tables} PRAGMA user_version={Version}; COMMIT");
            else if (version != Version)
                throw new HistoryException($"{path} is of version {version} of history's files, and this program knows version {Version}: use the program that wrote it, or move the file away");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>One of a pool, for reading alone.</summary>
    public static SqliteConnection OpenForReading(string path)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadWrite, pooling: true);
        Run(connection, "PRAGMA query_only=1; PRAGMA cache_size=-16384; PRAGMA mmap_size=1073741824");
        return connection;
    }

    /// <summary>Closes the connections that wait for the next reader, so that the file can go.</summary>
    public static void Forget(string path)
    {
        using var connection = new SqliteConnection(Text(path, SqliteOpenMode.ReadWrite, pooling: true));
        SqliteConnection.ClearPool(connection);
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this folder, and paths of its own files
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this folder
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() is long number ? number : 0;
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, bool pooling)
    {
        var connection = new SqliteConnection(Text(path, mode, pooling));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string Text(string path, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling, DefaultTimeout = 10 }.ToString();
}
