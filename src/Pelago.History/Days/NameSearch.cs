// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.Data.Sqlite;

namespace Pelago.History.Days;

/// <summary>Finds runs by a part of their names, newest first, in the blocks of <see cref="NameBlocks"/>.</summary>
internal static class NameSearch
{
    /// <summary>Ids below <paramref name="before"/> whose name has <paramref name="part"/>, of a namespace when one is given.</summary>
    public static IEnumerable<long> Find(SqliteConnection connection, string part, string ns, long before, CancellationToken cancel)
    {
        byte[] needle = Encoding.UTF8.GetBytes(part);
        byte[] prefix = ns.Length > 0 ? Encoding.UTF8.GetBytes(ns + "/") : [];
        long named = DaySchema.Number(connection, "SELECT max(last) FROM names");
        foreach (long id in InRows(connection, part, ns, named, before))
            yield return id;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT first, text FROM names WHERE first < $before ORDER BY first DESC";
        command.Parameters.AddWithValue("$before", before);
        using SqliteDataReader blocks = command.ExecuteReader();
        var hits = new List<long>();
        while (blocks.Read())
        {
            cancel.ThrowIfCancellationRequested();
            hits.Clear();
            InBlock(blocks.GetFieldValue<byte[]>(1), needle, prefix, blocks.GetInt64(0), hits);
            for (int i = hits.Count - 1; i >= 0; i--)
            {
                if (hits[i] < before)
                    yield return hits[i];
            }
        }
    }

    private static void InBlock(ReadOnlySpan<byte> text, ReadOnlySpan<byte> needle, ReadOnlySpan<byte> prefix, long first, List<long> hits)
    {
        int line = 0;
        for (int at = 0; at < text.Length;)
        {
            int found = text[at..].IndexOf(needle);
            if (found < 0)
                return;
            line += text.Slice(at, found).Count((byte)'\n');
            int begin = text[..(at + found)].LastIndexOf((byte)'\n') + 1;
            int end = text[(at + found)..].IndexOf((byte)'\n') + at + found;
            if (text[begin..].StartsWith(prefix))
                hits.Add(first + line);
            line++;
            at = end + 1;
        }
    }

    /// <summary>The newest runs, which are in no block yet: fewer than a block has.</summary>
    private static IEnumerable<long> InRows(SqliteConnection connection, string part, string ns, long named, long before)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT id, (SELECT text FROM word WHERE id = run.ns), pod, (SELECT text FROM word WHERE id = run.container)
            FROM run WHERE id > $named AND id < $before ORDER BY id DESC
            """;
        command.Parameters.AddWithValue("$named", named);
        command.Parameters.AddWithValue("$before", before);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            string of = rows.GetString(1);
            if ((ns.Length == 0 || ns == of) && NameBlocks.TextOf(of, rows.GetString(2), rows.GetString(3)).Contains(part, StringComparison.Ordinal))
                yield return rows.GetInt64(0);
        }
    }
}
