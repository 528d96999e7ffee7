// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;
using Pelago.Kube;

namespace Pelago.Bench.Store;

/// <summary>
/// The peer: SQLite as one would use it plainly. A table of objects with their revision, WAL, synchronous=FULL, one transaction for
/// each write, one connection under a lock; reads go to SQL.
/// </summary>
internal sealed class PlainSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _turn = new(1);
    private long _revision;

    public PlainSqlite(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE object(ns TEXT, name TEXT, rev INTEGER, body BLOB, PRIMARY KEY(ns, name))");
    }

    public async Task PutAsync(ObjectKey key, byte[] body, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            using SqliteCommand command = _connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT OR REPLACE INTO object VALUES($ns, $name, $rev, $body)";
            command.Parameters.AddWithValue("$ns", key.Namespace);
            command.Parameters.AddWithValue("$name", key.Name);
            command.Parameters.AddWithValue("$rev", ++_revision);
            command.Parameters.AddWithValue("$body", body);
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<byte[]?> GetAsync(ObjectKey key, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "SELECT body FROM object WHERE ns = $ns AND name = $name";
            command.Parameters.AddWithValue("$ns", key.Namespace);
            command.Parameters.AddWithValue("$name", key.Name);
            return command.ExecuteScalar() as byte[];
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The bytes of all objects of a namespace.</summary>
    public long List(string ns)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT body FROM object WHERE ns = $ns ORDER BY name";
        command.Parameters.AddWithValue("$ns", ns);
        using SqliteDataReader rows = command.ExecuteReader();
        long bytes = 0;
        while (rows.Read())
            bytes += rows.GetFieldValue<byte[]>(0).Length;
        return bytes;
    }

    public void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }
}
