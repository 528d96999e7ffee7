// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>One pass over a state file, in the order of revisions, with the last row of each object at hand.</summary>
internal sealed class StateFileCheck(SqliteDatabase database)
{
    private readonly List<StateFinding> _findings = [];
    private readonly Dictionary<(long Resource, ObjectKey Key), (long Revision, bool Deleted)> _last = [];
    private Dictionary<long, string> _resources = [];
    private long _compacted;

    public StateReport Run(CancellationToken cancel)
    {
        // One transaction, so that a daemon that writes meanwhile does not change what is looked at.
        database.Execute("BEGIN");
        CheckStructure(cancel);
        _compacted = StateSchema.ReadMeta(database, StateSchema.CompactedRow);
        _resources = StateSchema.ReadResources(database).DistinctBy(pair => pair.Value).ToDictionary(pair => pair.Value, pair => pair.Key);
        long rows = 0, newest = 0;
        SqliteStatement row = database.Prepare($"SELECT {StateSchema.RowColumns(database)} FROM log ORDER BY rev");
        try
        {
            while (row.Step())
            {
                cancel.ThrowIfCancellationRequested();
                rows++;
                if (row.Number(0) <= newest)
                    Find(row.Number(0), $"comes after revision {newest}");
                newest = row.Number(0);
                CheckRow(row);
            }
        }
        catch (SqliteFault fault)
        {
            Find(null, $"the log cannot be read on after revision {newest}: {fault.Message}");
        }
        database.Execute("ROLLBACK");
        return new StateReport
        {
            Revision = Math.Max(newest, _compacted),
            CompactedRevision = _compacted,
            Rows = rows,
            Objects = _last.Values.Count(last => !last.Deleted),
            Findings = _findings,
        };
    }

    private void CheckStructure(CancellationToken cancel)
    {
        SqliteStatement problems = database.Prepare("PRAGMA integrity_check(100)");
        // One step of it reads the whole file.
        using CancellationTokenRegistration interrupt = cancel.Register(database.Interrupt);
        try
        {
            while (problems.Step())
            {
                if (problems.Text(0) != "ok")
                    Find(null, $"the file's structure is damaged: {problems.Text(0)}");
            }
        }
        catch (SqliteFault fault)
        {
            cancel.ThrowIfCancellationRequested();
            Find(null, $"the file's structure is damaged: {fault.Message}");
        }
    }

    private void CheckRow(SqliteStatement row)
    {
        long revision = row.Number(0), resource = row.Number(1), operation = row.Number(4);
        var key = new ObjectKey(row.Text(2), row.Text(3));
        byte[] document = row.Blob(8);
        if (!_resources.TryGetValue(resource, out string? name))
            Find(revision, $"belongs to an unknown resource {resource}");
        else if (!RowChecksum.Holds(row, name, document))
            Find(revision, $"of {key} in {name} is not what was written: its checksum does not match");
        if (operation is not (StateSchema.Created or StateSchema.Updated or StateSchema.Deleted))
            Find(revision, $"has an unknown operation {operation}");
        CheckChain(revision, (resource, key), operation, row.Number(5));
        if (operation == StateSchema.Deleted)
        {
            if (!row.IsNull(8))
                Find(revision, "is a deletion and has a document");
        }
        else
        {
            CheckDocument(revision, key, document, row.Number(7));
        }
        _last[(resource, key)] = (revision, operation == StateSchema.Deleted);
    }

    /// <summary>At or below the floor predecessors are gone; above it every write names the row before it of the same object.</summary>
    private void CheckChain(long revision, (long Resource, ObjectKey Key) of, long operation, long previous)
    {
        bool known = _last.TryGetValue(of, out (long Revision, bool Deleted) last);
        long expected = known && !last.Deleted ? last.Revision : 0;
        if (operation == StateSchema.Created && previous != 0)
            Find(revision, $"creates {of.Key} and names revision {previous} before it");
        if (operation != StateSchema.Created && previous <= 0)
            Find(revision, $"changes {of.Key} and names no revision before it");
        if (operation == StateSchema.Deleted && revision <= _compacted)
            Find(revision, $"deletes {of.Key} at or below the compaction floor {_compacted}");
        bool goneByCompaction = !known && revision <= _compacted && previous < revision;
        if (previous != expected && !goneByCompaction)
            Find(revision, $"names revision {previous} of {of.Key} before it, the log has {expected}");
        if (known && !last.Deleted && revision <= _compacted)
            Find(last.Revision, $"of {of.Key} is superseded by {revision} below the compaction floor {_compacted}");
    }

    private void CheckDocument(long revision, ObjectKey key, byte[] document, long splice)
    {
        string version = $"\"resourceVersion\":\"{revision}\",";
        if (splice < 1 || splice + version.Length > document.Length
            || !document.AsSpan((int)splice, version.Length).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(version)))
        {
            Find(revision, $"of {key} does not have its resourceVersion at byte {splice}");
        }
        try
        {
            JsonObject metadata = KubeObject.Parse(document).Metadata;
            if (metadata.String("resourceVersion") != $"{revision}")
                Find(revision, $"of {key} says that it is revision {metadata.String("resourceVersion") ?? "(none)"}");
            if (metadata.String("name") != key.Name || (metadata.String("namespace") ?? "") != key.Namespace)
                Find(revision, $"of {key} says that it is {metadata.String("namespace")}/{metadata.String("name")}");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Find(revision, $"of {key} is not a JSON document: {fault.Message}");
        }
    }

    private void Find(long? revision, string problem)
    {
        if (_findings.Count < StateFile.MostFindings)
            _findings.Add(new StateFinding(revision, problem));
    }
}
