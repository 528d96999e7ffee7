// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.Data.Sqlite;

namespace Pelago.History.Days;

/// <summary>
/// The names of runs once more, <c>NAMESPACE/POD.CONTAINER</c> a line, as tasks are called, thousands in one value: a part of a name is found by looking through memory and
/// not through a million rows. Line n of a block is the run first + n; a line is empty where there is no such run. The newest runs are in no block yet.
/// </summary>
internal sealed class NameBlocks : IDisposable
{
    public const int BlockRuns = 4096;
    private readonly Statement _add;
    private readonly StringBuilder _text = new();
    private long _first;
    private long _next;

    public NameBlocks(SqliteConnection connection)
    {
        _add = new Statement(connection, "INSERT INTO names(first, last, text) VALUES($1, $2, $3)", 3);
        _first = _next = DaySchema.Number(connection, "SELECT max(last) FROM names") + 1;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            "SELECT id, (SELECT text FROM word WHERE id = run.ns), pod, (SELECT text FROM word WHERE id = run.container) FROM run WHERE id >= $first ORDER BY id";
        command.Parameters.AddWithValue("$first", _first);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
            Append(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3));
    }

    /// <summary>Runs come in the order of their ids. A full block is written with the transaction that is open.</summary>
    public void Add(long id, string ns, string pod, string container)
    {
        Append(id, ns, pod, container);
        if (_next - _first >= BlockRuns)
            Write();
    }

    /// <summary>Writes what is in no block yet: nothing more comes.</summary>
    public void Complete()
    {
        if (_next > _first)
            Write();
    }

    public static string TextOf(string ns, string pod, string container) => $"{ns}/{pod}.{container}";

    public void Dispose() => _add.Dispose();

    private void Append(long id, string ns, string pod, string container)
    {
        _text.Append('\n', (int)(id - _next)).Append(TextOf(ns, pod, container).Replace('\n', ' ')).Append('\n');
        _next = id + 1;
    }

    private void Write()
    {
        _add.Run(_first, _next - 1, Encoding.UTF8.GetBytes(_text.ToString()));
        _text.Clear();
        _first = _next;
    }
}
