// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;
using Pelago.History;

namespace Pelago.Bench.History;

/// <summary>The peer: finished runs in one SQLite table, as one would begin. Every question is a scan, and dropping is DELETE.</summary>
internal sealed class PlainTable : IDisposable
{
    private readonly SqliteConnection _connection;

    public PlainTable(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Execute("""
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
            CREATE TABLE run(id INTEGER PRIMARY KEY, ns TEXT, pod TEXT, uid TEXT, container TEXT, owner TEXT, node TEXT, started INTEGER, finished INTEGER, code INTEGER, reason TEXT)
            """);
    }

    public void Add(IEnumerable<FinishedRun> runs)
    {
        Execute("BEGIN");
        using SqliteCommand insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO run(ns, pod, uid, container, owner, node, started, finished, code, reason) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        SqliteParameter[] values = [.. Enumerable.Range(1, 10).Select(i => insert.Parameters.Add($"${i}", i is 7 or 8 or 9 ? SqliteType.Integer : SqliteType.Text))];
        foreach (FinishedRun run in runs)
        {
            object[] row = [run.Namespace, run.Pod, run.PodUid, run.Container, run.Owner, run.Node, run.Started!.Value.ToUnixTimeMilliseconds(), run.Finished.ToUnixTimeMilliseconds(), run.ExitCode, run.Reason];
            for (int i = 0; i < row.Length; i++)
                values[i].Value = row[i];
            insert.ExecuteNonQuery();
        }

        Execute("COMMIT");
    }

    /// <summary>The count of the last 50 runs of an owner.</summary>
    public int LastOfOwner(string owner) => Count("SELECT * FROM run WHERE owner = $value ORDER BY finished DESC LIMIT 50", owner);

    public int Containing(string part) => Count("SELECT * FROM run WHERE instr(ns || '/' || pod || '.' || container, $value) ORDER BY finished DESC LIMIT 50", part);

    public void DeleteOldest(int count) => Execute($"DELETE FROM run WHERE id <= {count}");

    public void Dispose() => _connection.Dispose();

    private int Count(string sql, string value)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$value", value);
        using SqliteDataReader rows = command.ExecuteReader();
        int count = 0;
        while (rows.Read())
            count++;
        return count;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
