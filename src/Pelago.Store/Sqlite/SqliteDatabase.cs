// SPDX-License-Identifier: Apache-2.0

using SQLitePCL;

namespace Pelago.Store;

/// <summary>
/// One connection. The native calls are used directly, for the writer binds millions of rows to one statement; every failure is a
/// <see cref="SqliteFault"/>. For one thread at a time.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int PagesWritten = 9; // SQLITE_DBSTATUS_CACHE_WRITE
    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    /// <summary>Between BEGIN and COMMIT or ROLLBACK.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public static SqliteDatabase Open(string path, bool readOnly)
    {
        int flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags, null);
        var database = new SqliteDatabase(handle);
        try
        {
            database.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, 5_000);
            return database;
        }
        catch (SqliteFault)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Ends what runs now with a <see cref="SqliteFault"/>; from any thread, while the connection is open.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    /// <summary>A statement that lives as long as this connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, 1 /* SQLITE_PREPARE_PERSISTENT */, out sqlite3_stmt statement));
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row; null for no row or NULL.</summary>
    public string? Text(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt statement));
        using var once = new SqliteStatement(this, statement);
        return once.Step() ? once.Text(0) : null;
    }

    public long Number(string sql) => long.TryParse(Text(sql), out long number) ? number : 0;

    /// <summary>Pages that this connection has written so far; in WAL mode, to the write-ahead log.</summary>
    public long PagesWrittenSoFar()
    {
        raw.sqlite3_db_status(_handle, PagesWritten, out int current, out _, 0);
        return (uint)current;
    }

    /// <summary>Copies what it can from the write-ahead log into the file, without waiting for anybody.</summary>
    public void Checkpoint() => Check(raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
            statement.Dispose();
        raw.sqlite3_close_v2(_handle);
        _handle.Dispose();
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteFault(code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }
}
