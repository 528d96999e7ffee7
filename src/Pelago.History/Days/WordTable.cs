// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;

namespace Pelago.History.Days;

/// <summary>The words of the day that is written to; those used lately are known without asking.</summary>
internal sealed class WordTable(SqliteConnection connection) : IDisposable
{
    private const int MaxKnown = 50_000;
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private readonly Statement _find = new(connection, "SELECT id FROM word WHERE text = $1", 1);
    private readonly Statement _add = new(connection, "INSERT INTO word(text) VALUES($1) RETURNING id", 1);

    public long Of(string text)
    {
        if (_known.TryGetValue(text, out long id))
            return id;
        if (_known.Count >= MaxKnown)
            _known.Clear();
        id = _find.Scalar(text) as long? ?? (long)_add.Scalar(text)!;
        _known.Add(text, id);
        return id;
    }

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
    }
}
