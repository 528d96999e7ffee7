// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>Reads old events for watches and lists that begin before what memory holds. One connection, shared under a lock, opened on first use.</summary>
internal sealed class SqliteLogReader(string path) : IDisposable
{
    private const int PageEvents = 256;

    /// <summary>A page looks at no more revisions than this, so that a rare resource does not hold the lock for long.</summary>
    private const int PageRevisions = 20_000;

    private const string Page = """
        SELECT l.rev, l.op, l.ns, l.name, l.splice, l.obj, p.rev, p.splice, p.obj
        FROM log l LEFT JOIN log p ON p.rev = l.prev
        WHERE l.rev > ? AND l.rev <= ? AND l.res = ? ORDER BY l.rev LIMIT ?
        """;

    private readonly Lock _gate = new();
    private SqliteDatabase? _database;
    private bool _closed;
    private SqliteStatement? _page;

    public LogPage Read(long resource, long after, long through)
    {
        long last = Math.Min(through, after + PageRevisions);
        var events = new List<StoreEvent>();
        lock (_gate)
        {
            if (_closed)
                throw new OperationCanceledException("the store has closed");
            _database ??= SqliteDatabase.Open(path, readOnly: true);
            _page ??= _database.Prepare(Page);
            _page.Bind(1, after).Bind(2, last).Bind(3, resource).Bind(4, PageEvents);
            while (_page.Step())
            {
                if (Event(_page) is not { } change)
                {
                    // Its predecessor was compacted away meanwhile, and with it the reader's right to this page.
                    _page.Reset();
                    break;
                }
                events.Add(change);
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

    private static StoreEvent? Event(SqliteStatement row)
    {
        var key = new ObjectKey(row.Text(2), row.Text(3));
        long operation = row.Number(1);
        StoredObject? previous = row.IsNull(6) ? null : new StoredObject(key, row.Number(6), row.Blob(8), (int)row.Number(7));
        if (previous is null && operation != StateSchema.Created)
            return null;
        StoredObject? current = operation == StateSchema.Deleted
            ? null
            : new StoredObject(key, row.Number(0), row.Blob(5), (int)row.Number(4));
        return new StoreEvent(row.Number(0), current, previous);
    }
}
