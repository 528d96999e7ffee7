// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using ZstdSharp;

namespace Pelago.History.Days;

/// <summary>Specs by the hash of their text: runs of one workload share one.</summary>
internal sealed class SpecTable(SqliteConnection connection, Compressor compressor) : IDisposable
{
    private const int MaxKnown = 20_000;
    private readonly Dictionary<UInt128, long> _known = [];
    private readonly Statement _find = new(connection, "SELECT id FROM spec WHERE hash = $1", 1);
    private readonly Statement _add = new(connection, "INSERT INTO spec(hash, body) VALUES($1, $2) RETURNING id", 2);

    /// <summary>Null for an empty one.</summary>
    public long? Of(ReadOnlySpan<byte> spec)
    {
        if (spec.IsEmpty)
            return null;
        byte[] hash = SHA256.HashData(spec)[..16];
        var number = new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));
        if (_known.TryGetValue(number, out long id))
            return id;
        if (_known.Count >= MaxKnown)
            _known.Clear();
        id = _find.Scalar(hash) as long? ?? (long)_add.Scalar(hash, compressor.Wrap(spec).ToArray())!;
        _known.Add(number, id);
        return id;
    }

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
    }
}
