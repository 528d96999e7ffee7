// SPDX-License-Identifier: Apache-2.0

using System.Text;
using SQLitePCL;

namespace Pelago.Store;

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as SQLite's do. After the last row it is ready to run again.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value) => BindText(parameter, Encoding.UTF8.GetBytes(value));

    /// <summary>Text in UTF-8, all of it: a zero ends nothing.</summary>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which would be NULL.
        database.Check(value.IsEmpty ? raw.sqlite3_bind_text(statement, parameter, "") : raw.sqlite3_bind_text(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        database.Check(raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    public SqliteStatement BindNull(int parameter)
    {
        database.Check(raw.sqlite3_bind_null(statement, parameter));
        return this;
    }

    /// <summary>True when there is a row; after false, and after a fault, the statement is reset.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW)
            return true;
        // The fault's text is of this call, not of the reset, which repeats the code.
        try
        {
            database.Check(code);
        }
        finally
        {
            Reset();
        }
        return false;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    public void Reset() => raw.sqlite3_reset(statement);

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    /// <summary>A copy of the bytes.</summary>
    public byte[] Blob(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    /// <summary>The bytes themselves, until the next step.</summary>
    public ReadOnlySpan<byte> BlobSpan(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();
}
