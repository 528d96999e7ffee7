// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Hub.Page.Streams.Rows;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>
/// What one cluster has of a resource, in the columns that were asked for: read once for all subscriptions of a session that ask the same, so that fifty
/// tabs of one user cost the cluster one watch, and the hub one reading of each event. Feeds write, readers are told; a lock is between them.
/// </summary>
internal sealed class RowSource(string cluster, SubscriptionRequest request)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[][]> _rows = new(StringComparer.Ordinal);
    private readonly List<IRowReader> _readers = [];
    private readonly CellPool _pool = new();
    private (FeedState State, string Message) _standing = (FeedState.Connecting, "");

    public string Cluster => cluster;

    /// <summary>What it reads; the shape is each reader's own.</summary>
    public SubscriptionRequest Request => request;

    public bool IsUnread
    {
        get
        {
            lock (_gate)
                return _readers.Count == 0;
        }
    }

    /// <summary>Tells somebody all that is known, and from now on what changes.</summary>
    public void Attach(IRowReader reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
            TellAll(reader);
        }
    }

    /// <summary>Tells a reader everything once more.</summary>
    public void Again(IRowReader reader)
    {
        lock (_gate)
        {
            if (_readers.Contains(reader))
                TellAll(reader);
        }
    }

    /// <summary>False when it was none of its readers.</summary>
    public bool Detach(IRowReader reader)
    {
        lock (_gate)
            return _readers.Remove(reader);
    }

    public void Say(FeedState state, string message)
    {
        lock (_gate)
        {
            _standing = (state, message);
            foreach (IRowReader reader in _readers)
                reader.Say(cluster, state, message);
        }
    }

    /// <summary>By what a document is known here.</summary>
    public string KeyOf(ReadOnlyMemory<byte> item)
    {
        var metadata = MetadataScan.Read(item);
        return metadata.Uid.Length > 0 ? $"{cluster}/{metadata.Uid}" : $"{cluster}/{metadata.Namespace}/{metadata.Name}";
    }

    /// <summary>Puts a document's row; its key.</summary>
    public string Put(ReadOnlyMemory<byte> item)
    {
        string key = KeyOf(item);
        byte[][] cells = Project(item);
        lock (_gate)
        {
            _rows.TryGetValue(key, out byte[][]? before);
            if (!Share(cells, before))
                return key;
            _rows[key] = cells;
            foreach (IRowReader reader in _readers)
                reader.Put(key, cluster, cells, before);
        }
        return key;
    }

    public void Remove(string key)
    {
        lock (_gate)
        {
            if (!_rows.Remove(key, out byte[][]? cells))
                return;
            foreach (IRowReader reader in _readers)
                reader.Remove(key, cluster, cells);
        }
    }

    private void TellAll(IRowReader reader)
    {
        reader.Begin(cluster);
        foreach ((string key, byte[][] cells) in _rows)
            reader.Put(key, cluster, cells, null);
        reader.Say(cluster, _standing.State, _standing.Message);
    }

    /// <summary>Takes for each value the copy that is there already. Whether any differs from those before.</summary>
    private bool Share(byte[][] cells, byte[][]? before)
    {
        bool differs = before is null;
        for (int i = 0; i < cells.Length; i++)
        {
            bool isSame = before is not null && before[i].AsSpan().SequenceEqual(cells[i]);
            cells[i] = isSame ? before![i] : _pool.Shared(cells[i]);
            differs |= !isSame;
        }
        return differs;
    }

    private byte[][] Project(ReadOnlyMemory<byte> item)
    {
        using JsonDocument document = JsonDocument.Parse(item, Reading);
        var scratch = new List<JsonElement>();
        byte[][] cells = new byte[request.Columns.Count][];
        for (int i = 0; i < cells.Length; i++)
            cells[i] = request.Columns[i].Of(document.RootElement, scratch);
        return cells;
    }
}
