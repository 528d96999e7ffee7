// SPDX-License-Identifier: Apache-2.0

using Microsoft.Data.Sqlite;
using Pelago.History.Logs;
using ZstdSharp;

namespace Pelago.History.Days;

/// <summary>
/// Writes one day. Logs are in their file, and on the disk, before the records that lead to them are committed: a death in between leaves bytes that nobody
/// knows of, and the next writer goes on over them. For the writer's thread only; after a fault it is to be disposed.
/// </summary>
internal sealed class DayWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Compressor _compressor = new(level: 3);
    private readonly bool _durable;
    private readonly WordTable _words;
    private readonly SpecTable _specs;
    private readonly NameBlocks _names;
    private readonly DayLogs _logs;
    private readonly DayEvents _events;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _find;
    private readonly Statement _insert;
    private readonly Statement _complete;
    private readonly Statement _pin;
    private long _next;
    private bool _inTransaction;

    public DayWriter(DayFile file, bool durable)
    {
        File = file;
        _durable = durable;
        _connection = DaySchema.OpenForWriting(file.Database, durable);
        _words = new WordTable(_connection);
        _specs = new SpecTable(_connection, _compressor);
        _names = new NameBlocks(_connection);
        _logs = new DayLogs(_connection, file.Logs, _compressor);
        _events = new DayEvents(_connection, _words);
        _next = DaySchema.Number(_connection, "SELECT max(id) FROM run") + 1;
        _begin = new Statement(_connection, "BEGIN IMMEDIATE", 0);
        _commit = new Statement(_connection, "COMMIT", 0);
        _find = new Statement(
            _connection,
            """
            SELECT id, bytes, lines, (SELECT text FROM word WHERE id = run.loss), spec IS NULL OR coalesce((SELECT text FROM word WHERE id = run.owner), '') = '' FROM run WHERE key = $1
            """,
            1);
        _complete = new Statement(_connection, "UPDATE run SET bytes = $2, lines = $3, loss = $4, spec = coalesce(spec, $5), owner = coalesce($6, owner) WHERE id = $1", 6);
        _pin = new Statement(_connection, "UPDATE run SET pinned = $2 WHERE key = $1 RETURNING id", 2);
        _insert = new Statement(
            _connection,
            """
            INSERT INTO run(id, key, ns, pod, uid, container, attempt, owner, node, started, finished, code, failed, reason, message, spec, bytes, lines, loss, pinned)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0)
            """,
            19);
    }

    public DayFile File { get; }

    /// <summary>Records a run, or what is new of one that is recorded: more of its log, and an owner or a spec that was not known. How many bytes its log has added.</summary>
    public long Record(FinishedRun run, bool hasRoom, long mostLog)
    {
        Begin();
        long key = RunKey.Of(run.PodUid, run.Container, run.Attempt);
        (long Id, LogPart Log, bool IsVague)? known = Find(key);
        long id = known?.Id ?? _next, end = _logs.End;
        LogPart before = known?.Log ?? default;
        LogPart log = _logs.Record(id, run, before, hasRoom, mostLog);
        if (known is null)
            Insert(id, key, run, log);
        else if (log.Bytes > before.Bytes)
            Complete(id, run, log);
        else if (known.Value.IsVague && (run.Owner.Length > 0 || !run.Spec.IsEmpty))
            Complete(id, run, before);
        return _logs.End - end;
    }

    public void Record(PodEvent happened)
    {
        Begin();
        _events.Record(happened);
    }

    /// <summary>False when the run is not in this day.</summary>
    public bool Pin(long key, bool pinned)
    {
        Begin();
        return _pin.Scalar(key, pinned ? 1L : 0L) is not null;
    }

    public void Commit()
    {
        if (!_inTransaction)
            return;
        if (_durable)
            _logs.Flush();
        _commit.Run();
        _inTransaction = false;
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _words, _specs, _names, _logs, _events, _begin, _commit, _find, _insert, _complete, _pin, _connection, _compressor })
            part.Dispose();
    }

    private void Begin()
    {
        if (_inTransaction)
            return;
        _begin.Run();
        _inTransaction = true;
    }

    private void Complete(long id, FinishedRun run, LogPart log) =>
        _complete.Run(id, log.Bytes, log.Lines, _words.Of(log.Loss), _specs.Of(run.Spec.Span), run.Owner.Length > 0 ? _words.Of(run.Owner) : null);

    private (long Id, LogPart Log, bool IsVague)? Find(long key)
    {
        using Statement.Rows row = _find.Read(key);
        return row.Read() ? (row.GetInt64(0), new LogPart(row.GetInt64(1), row.GetInt64(2), row.GetString(3)), row.GetInt64(4) != 0) : null;
    }

    private void Insert(long id, long key, FinishedRun run, LogPart log)
    {
        _insert.Run(
            id, key, _words.Of(run.Namespace), run.Pod, Uid.Store(run.PodUid), _words.Of(run.Container), (long)run.Attempt, _words.Of(run.Owner), _words.Of(run.Node),
            run.Started is { } started ? Moments.Store(started) : null, Moments.Store(run.Finished), (long)run.ExitCode, run.ExitCode == 0 ? 0L : 1L, _words.Of(run.Reason),
            run.Message.Length == 0 ? null : run.Message, _specs.Of(run.Spec.Span), log.Bytes, log.Lines, _words.Of(log.Loss));
        _names.Add(id, run.Namespace, run.Pod, run.Container);
        _next = id + 1;
    }
}
