// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pelago.Store;

/// <summary>The log in a SQLite file. All but <see cref="ReadEvents"/> belongs to the writer thread.</summary>
internal sealed partial class SqliteLog : IRevisionLog
{
    private const int PageSize = 8192;
    private const int CompactRevisions = 2_000;
    private const int VacuumPages = 1024;

    /// <summary>With fast durability a power cut may take the newest rows, but never the knowledge that these revisions were given out.</summary>
    private const long Reservation = 100_000;

    private const string DamagedCause = "its state is damaged";
    private readonly string _path;
    private readonly StateLock _lock;
    private readonly SqliteDatabase _database;
    private readonly SqliteLogReader _reader;
    private readonly Durability _durability;
    private readonly long _pagesBeforeCheckpoint;
    private readonly ILogger _logger;
    private readonly Dictionary<string, long> _resources;
    private readonly List<string> _newResources = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _setMeta;
    private long _compacted;
    private long _reserved;
    private long _checkpointedPages;
    private bool _suspect;

    public SqliteLog(string path, StateLock stateLock, SqliteDatabase database, Dictionary<string, long> resources, StoreOptions options)
    {
        _path = path;
        _lock = stateLock;
        _database = database;
        _reader = new SqliteLogReader(path);
        _durability = options.Durability;
        _pagesBeforeCheckpoint = options.WriteAheadBytes / PageSize;
        _logger = options.Logging.CreateLogger("Pelago.Store");
        _resources = resources;
        _compacted = StateSchema.ReadMeta(database, StateSchema.CompactedRow);
        _reserved = StateSchema.ReadMeta(database, StateSchema.ReservedRow);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _insert = database.Prepare("INSERT INTO log(rev, res, ns, name, op, prev, expires, splice, obj, crc) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _setMeta = database.Prepare("INSERT OR REPLACE INTO meta(k, v) VALUES(?, ?)");
    }

    private string Damaged => $"The file is damaged: stop the daemon and look at it with `pelagod store check {_path}`";

    public bool NeedsTidying => _database.PagesWrittenSoFar() - _checkpointedPages >= _pagesBeforeCheckpoint;

    public void Append(string resource, StoreEvent change, long expiresAt) => Guard(
        "write to",
        (Log: this, resource, change, expiresAt),
        static call => call.Log.AppendRow(call.resource, call.change, call.expiresAt));

    public void Commit() => Guard("commit to", this, static log =>
    {
        log._commit.Run();
        log._newResources.Clear();
    });

    public void Rollback()
    {
        lock (_resources)
        {
            foreach (string name in _newResources)
                _resources.Remove(name);
        }
        _newResources.Clear();
        _suspect = true;
        try
        {
            if (_database.InTransaction)
                _database.Execute("ROLLBACK");
        }
        catch (SqliteFault fault)
        {
            // Some failures have rolled back already; whether the file stands where it should is asked before the next write.
            Log.RollbackFailed(_logger, fault.Message);
        }
    }

    public LogPage? ReadEvents(string resource, long after, long through)
    {
        long id;
        lock (_resources)
        {
            if (!_resources.TryGetValue(resource, out id))
                return new LogPage([], through);
        }
        try
        {
            return _reader.Read(resource, id, after, through);
        }
        catch (SqliteFault fault)
        {
            throw Failed("read", fault);
        }
        catch (InvalidDataException fault)
        {
            throw new StoreFailedException($"could not read the state file {_path}: {fault.Message}. {Damaged}", fault) { Cause = DamagedCause };
        }
    }

    public bool CompactStep(long target)
    {
        if (target <= _compacted)
            return true;
        long through = Math.Min(target, _compacted + CompactRevisions);
        try
        {
            Guard("compact", (Log: this, through), static call => call.Log.DeleteSuperseded(call.through));
        }
        catch (StoreFailedException)
        {
            Rollback();
            throw;
        }
        _compacted = through;
        return _compacted >= target;
    }

    public bool Tidy()
    {
        try
        {
            long pages = _database.PagesWrittenSoFar();
            if (pages != _checkpointedPages)
            {
                // Counted as done even if it fails: it is tried again after as much again, not after every commit.
                _checkpointedPages = pages;
                _database.Checkpoint();
            }
            return Vacuum();
        }
        catch (SqliteFault fault)
        {
            Log.TidyFailed(_logger, fault.Message);
            return false;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        try
        {
            if (_durability == Durability.Fast)
                _database.Execute($"PRAGMA synchronous=FULL; DELETE FROM meta WHERE k='{StateSchema.ReservedRow}'");
            _database.Checkpoint();
        }
        catch (SqliteFault fault)
        {
            Log.TidyFailed(_logger, fault.Message);
        }
        _database.Dispose();
        _lock.Dispose();
    }

    private void AppendRow(string resource, StoreEvent change, long expiresAt)
    {
        if (!_database.InTransaction)
            Begin(change.Revision);
        StoredObject item = (change.Current ?? change.Previous)!;
        int operation = change.Current is null ? StateSchema.Deleted : change.Previous is null ? StateSchema.Created : StateSchema.Updated;
        long previous = change.Previous?.Revision ?? 0, expires = change.Current is null ? 0 : expiresAt, splice = change.Current?.SpliceAt ?? 0;
        ReadOnlySpan<byte> document = change.Current is { } made ? made.Json.Span : default;
        byte[] ns = Encoding.UTF8.GetBytes(item.Key.Namespace), name = Encoding.UTF8.GetBytes(item.Key.Name);
        _insert.Bind(1, change.Revision).Bind(2, ResourceId(resource)).BindText(3, ns).BindText(4, name)
            .Bind(5, operation).Bind(6, previous).Bind(7, expires).Bind(8, splice);
        if (change.Current is null)
            _insert.BindNull(9);
        else
            _insert.Bind(9, document);
        _insert.Bind(10, RowChecksum.Of(resource, ns, name, [change.Revision, operation, previous, expires, splice], document)).Run();
    }

    private void Begin(long first)
    {
        if (_durability == Durability.Fast && first + CommitBatch.Full + StoreOptions.MaxWritesTogether > _reserved)
            Reserve(first + Reservation);
        _begin.Run();
        if (!_suspect)
            return;
        long newest = _database.Number("SELECT max(rev) FROM log");
        if (newest >= first)
        {
            throw new StoreFailedException(
                $"a write to the state file {_path} was refused: it holds revision {newest}, which a failed commit left there and nobody was told of. Restart the daemon")
            {
                Cause = "an earlier write that failed is in its way",
            };
        }
        _suspect = false;
    }

    private void Reserve(long through)
    {
        _database.Execute("PRAGMA synchronous=FULL");
        _setMeta.Bind(1, StateSchema.ReservedRow).Bind(2, through).Run();
        _database.Execute("PRAGMA synchronous=NORMAL");
        _reserved = through;
    }

    private long ResourceId(string name)
    {
        if (_resources.TryGetValue(name, out long id))
            return id;
        id = _resources.Count == 0 ? 1 : _resources.Values.Max() + 1;
        _setMeta.Bind(1, StateSchema.ResourcePrefix + name).Bind(2, id).Run();
        lock (_resources)
            _resources[name] = id;
        _newResources.Add(name);
        return id;
    }

    private void DeleteSuperseded(long through)
    {
        _begin.Run();
        _database.Execute($"""
            DELETE FROM log WHERE rev IN (SELECT prev FROM log WHERE rev > {_compacted} AND rev <= {through} AND prev > 0);
            DELETE FROM log WHERE rev > {_compacted} AND rev <= {through} AND op = {StateSchema.Deleted}
            """);
        _setMeta.Bind(1, StateSchema.CompactedRow).Bind(2, through).Run();
        _commit.Run();
    }

    /// <summary>Gives space back when a quarter of the file is unused; otherwise it will be used again soon.</summary>
    private bool Vacuum()
    {
        long free = _database.Number("PRAGMA freelist_count");
        if (free < VacuumPages || free * 4 < _database.Number("PRAGMA page_count"))
            return false;
        _database.Execute($"PRAGMA incremental_vacuum({VacuumPages})");
        return true;
    }

    private void Guard<T>(string doing, T state, Action<T> act)
    {
        try
        {
            act(state);
        }
        catch (SqliteFault fault)
        {
            throw Failed(doing, fault);
        }
    }

    private StoreFailedException Failed(string doing, SqliteFault fault)
    {
        (string cause, string advice) = fault.Code switch
        {
            13 => ("its disk is full", "Free some space on its disk; reads go on, and writes as soon as there is room"), // SQLITE_FULL
            8 => ("its file system cannot be written", "Make its file system writable again; reads go on"), // SQLITE_READONLY
            11 or 26 => (DamagedCause, Damaged), // SQLITE_CORRUPT, SQLITE_NOTADB
            _ => ("its disk failed, or a quota or a limit of the length of files (ulimit -f) is reached",
                "See whether its disk is in order, and whether a quota or a limit of the length of files (ulimit -f) is reached; reads go on, and the write may be tried again"),
        };
        return new StoreFailedException($"could not {doing} the state file {_path}: {fault.Message}. {advice}", fault) { Cause = cause };
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1020, Level = LogLevel.Warning, Message = "Undoing a failed transaction failed too: {Reason}")]
        public static partial void RollbackFailed(ILogger logger, string reason);

        [LoggerMessage(EventId = 1021, Level = LogLevel.Warning, Message = "Tidying the state file failed and will be tried again: {Reason}")]
        public static partial void TidyFailed(ILogger logger, string reason);
    }
}
