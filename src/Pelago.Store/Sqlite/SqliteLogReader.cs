// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>Reads old events for watches and lists that begin before what memory holds. One connection, shared under a lock, opened on first use.</summary>
internal sealed class SqliteLogReader(string path) : IDisposable
{
    private const int PageEvents = 256;

    /// <summary>A page looks at no more revisions than this, so that a rare resource does not hold the lock for long.</summary>
    private const int PageRevisions = 20_000;

    /// <summary>Where the columns of the row before it begin, which are all NULL where there is none.</summary>
    private const int Before = 10;

    private static readonly string Page = $"""
        SELECT {StateSchema.ColumnsOf("l")}, {StateSchema.ColumnsOf("p")}
        FROM log l LEFT JOIN log p ON p.rev = l.prev
        WHERE l.rev > ? AND l.rev <= ? AND l.res = ? ORDER BY l.rev LIMIT ?
        """;

    private readonly Lock _gate = new();
    private SqliteDatabase? _database;
    private bool _closed;
    private SqliteStatement? _page;

    /// <summary>An <see cref="InvalidDataException"/> says which row is not what was written.</summary>
    public LogPage Read(string resource, long id, long after, long through)
    {
        long last = Math.Min(through, after + PageRevisions);
        var events = new List<StoreEvent>();
        lock (_gate)
        {
            if (_closed)
                throw new OperationCanceledException("the store has closed");
            _database ??= SqliteDatabase.Open(path, readOnly: true);
            _page ??= _database.Prepare(Page);
            _page.Bind(1, after).Bind(2, last).Bind(3, id).Bind(4, PageEvents);
            try
            {
                // One without its predecessor: that was compacted away meanwhile, and with it the reader's right to this page.
                while (_page.Step() && Event(_page, resource) is { } change)
                    events.Add(change);
            }
            finally
            {
                _page.Reset();
            }
        }
        return new LogPage(events, events.Count == PageEvents ? events[^1].Revision : last);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _database?.Dispose();
        }
    }

    private static StoreEvent? Event(SqliteStatement row, string resource)
    {
        var key = new ObjectKey(row.Text(2), row.Text(3));
        StoredObject current = Object(row, resource, key, at: 0);
        StoredObject? previous = row.IsNull(Before) ? null : Object(row, resource, key, Before);
        long operation = row.Number(4);
        if (previous is null && operation != StateSchema.Created)
            return null;
        return new StoreEvent(row.Number(0), operation == StateSchema.Deleted ? null : current, previous);
    }

    private static StoredObject Object(SqliteStatement row, string resource, ObjectKey key, int at)
    {
        byte[] document = row.Blob(at + 8);
        RowChecksum.Require(row, resource, key, document, at);
        return new StoredObject(key, row.Number(at), document, (int)row.Number(at + 7));
    }
}
