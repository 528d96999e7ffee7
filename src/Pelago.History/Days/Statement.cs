// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pelago.History.Days;

/// <summary>
/// A prepared statement whose parameters are <c>$1</c>, <c>$2</c>, …, bound by their places: looking each up by its name again for every row took
/// longer than what SQLite does with it. For one thread at a time.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places;

    public Statement(SqliteConnection connection, string sql, int parameters)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
        _places = new int[parameters];
        for (int i = 0; i < parameters; i++)
            _places[i] = raw.sqlite3_bind_parameter_index(_statement, string.Create(CultureInfo.InvariantCulture, $"${i + 1}"));
    }

    public void Run(params ReadOnlySpan<object?> values)
    {
        using Rows rows = Read(values);
        while (rows.Read())
        {
            // What it returns is of no interest here.
        }
    }

    /// <summary>The first column of the first row; null: there is none.</summary>
    public object? Scalar(params ReadOnlySpan<object?> values)
    {
        using Rows rows = Read(values);
        return rows.Read() ? rows.Value(0) : null;
    }

    /// <summary>The rows one after the other; to be disposed of before the statement is used again.</summary>
    public Rows Read(params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
            Check(Bind(_places[i], values[i]));
        return new Rows(this);
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(_statement, place),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        string text => raw.sqlite3_bind_text(_statement, place, text),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
        _ => throw new ArgumentException($"a {value.GetType().Name} is none of the values of history", nameof(value)),
    };

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteException(raw.sqlite3_errmsg(_database).utf8_to_string(), code, raw.sqlite3_extended_errcode(_database));
    }

    internal readonly ref struct Rows(Statement of)
    {
        public bool Read()
        {
            int code = raw.sqlite3_step(of._statement);
            of.Check(code);
            return code == raw.SQLITE_ROW;
        }

        public long GetInt64(int column) => raw.sqlite3_column_int64(of._statement, column);

        public string GetString(int column) => raw.sqlite3_column_text(of._statement, column).utf8_to_string() ?? "";

        public object? Value(int column) => raw.sqlite3_column_type(of._statement, column) switch
        {
            raw.SQLITE_NULL => null,
            raw.SQLITE_INTEGER => GetInt64(column),
            raw.SQLITE_TEXT => GetString(column),
            _ => raw.sqlite3_column_blob(of._statement, column).ToArray(),
        };

        public void Dispose() => raw.sqlite3_reset(of._statement);
    }
}
