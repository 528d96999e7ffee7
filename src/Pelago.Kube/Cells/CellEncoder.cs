// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pelago.Kube;

/// <summary>
/// Makes the stream of cells of one watch out of its pods. Changes are gathered and written when the batch ends, the names that they need
/// at once, so what a batch costs beside its changes is small. A pod whose cell looks as before costs nothing. Not thread-safe.
/// </summary>
public sealed class CellEncoder
{
    private const int BatchChanges = 4096;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly DateTimeOffset _epoch;
    private readonly PodCell _pod = new();
    private readonly Dictionary<string, uint> _cells = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _cellOf;
    private readonly Dictionary<string, ushort> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> _nodeOf;
    private readonly List<(ushort Node, CellState State, CellFlags Flags)> _shown = [];
    private readonly PriorityQueue<uint, uint> _free = new();
    private readonly List<uint> _leaving = [];
    private readonly byte[] _batch = new byte[CellProtocol.HeadSize + (BatchChanges * CellChange.Size)];
    private bool _hasOtherNodes;
    private int _pending;

    /// <summary>The stream begins now.</summary>
    public CellEncoder(TimeProvider time)
    {
        _time = time;
        _began = time.GetTimestamp();
        _epoch = time.GetUtcNow();
        _cellOf = _cells.GetAlternateLookup<ReadOnlySpan<char>>();
        _nodeOf = _nodes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How many pods have a cell.</summary>
    public int Count => _cells.Count;

    /// <summary>The first frame of the stream. Like all that write, it returns by how many bytes the stream gets longer, gathered changes included.</summary>
    public int Begin(IBufferWriter<byte> output)
    {
        Span<byte> frame = stackalloc byte[CellProtocol.HeadSize + CellProtocol.HelloSize];
        CellProtocol.WriteHead(frame, CellFrame.Hello, CellProtocol.HelloSize);
        CellProtocol.Magic.CopyTo(frame[4..]);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[8..], CellProtocol.Version);
        frame[10..12].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(frame[12..], _epoch.ToUnixTimeMilliseconds());
        output.Write(frame);
        return frame.Length;
    }

    /// <summary>The pod is there, and looks like this.</summary>
    /// <exception cref="System.Text.Json.JsonException">The document is no pod.</exception>
    public int Set(IBufferWriter<byte> output, ReadOnlySpan<byte> pod)
    {
        _pod.Read(pod);
        return Set(output, _pod.Key, _pod.Node, _pod.State, _pod.Flags);
    }

    /// <inheritdoc cref="Set(IBufferWriter{byte}, ReadOnlySpan{byte})"/>
    public int Set(IBufferWriter<byte> output, PodLook pod) => Set(output, pod.Key, pod.Node, pod.State, pod.Flags);

    /// <summary>
    /// The pod is no more. One that the stream never named is named for it: whoever goes on with an earlier stream may know it.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">The document is no pod.</exception>
    public int Remove(IBufferWriter<byte> output, ReadOnlySpan<byte> pod)
    {
        _pod.Read(pod);
        return Remove(output, _pod.Key);
    }

    /// <inheritdoc cref="Remove(IBufferWriter{byte}, ReadOnlySpan{byte})"/>
    public int Remove(IBufferWriter<byte> output, PodLook pod) => Remove(output, pod.Key);

    /// <summary>Writes the changes that were gathered, whose bytes were counted then; to be called before the output is flushed.</summary>
    public int EndBatch(IBufferWriter<byte> output)
    {
        if (_pending == 0)
            return 0;
        int length = _pending * CellChange.Size;
        CellProtocol.WriteHead(_batch, CellFrame.Changes, length);
        output.Write(_batch.AsSpan(0, CellProtocol.HeadSize + length));
        _pending = 0;
        // A number is free when the change that frees it is out, before the name that takes it.
        foreach (uint cell in _leaving)
            _free.Enqueue(cell, cell);
        _leaving.Clear();
        return CellProtocol.HeadSize;
    }

    /// <summary>Everything up to this revision was told. Ends the batch.</summary>
    public int WriteBookmark(IBufferWriter<byte> output, ulong revision, bool endsInitialState)
    {
        int written = EndBatch(output);
        Span<byte> frame = stackalloc byte[CellProtocol.HeadSize + CellProtocol.BookmarkSize];
        CellProtocol.WriteHead(frame, CellFrame.Bookmark, CellProtocol.BookmarkSize);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[4..], revision);
        frame[12] = endsInitialState ? (byte)1 : (byte)0;
        output.Write(frame);
        return written + frame.Length;
    }

    /// <summary>The last frame of a watch that ends with a failure. Ends the batch.</summary>
    public int WriteError(IBufferWriter<byte> output, ApiStatus status)
    {
        int written = EndBatch(output);
        byte[] json = KubeJson.ToUtf8(status.ToJson());
        if (json.Length > CellProtocol.MaxFrameBytes)
            json = KubeJson.ToUtf8(ApiStatus.Internal("the reason why the watch ends is too long for its frame").ToJson());
        Span<byte> head = stackalloc byte[CellProtocol.HeadSize];
        CellProtocol.WriteHead(head, CellFrame.Error, json.Length);
        output.Write(head);
        output.Write(json);
        return written + head.Length + json.Length;
    }

    private int Set(IBufferWriter<byte> output, ReadOnlySpan<char> key, ReadOnlySpan<char> nodeName, CellState state, CellFlags flags)
    {
        int written = CellOf(output, key, out uint cell);
        written += NodeOf(output, nodeName, out ushort node);
        (ushort, CellState, CellFlags) look = (node, state, flags);
        if (_shown[(int)cell] == look)
            return written;
        _shown[(int)cell] = look;
        return written + Add(output, new CellChange(cell, node, state, flags, Elapsed()));
    }

    private int Remove(IBufferWriter<byte> output, ReadOnlySpan<char> key)
    {
        int written = CellOf(output, key, out uint cell);
        _cellOf.Remove(key);
        _shown[(int)cell] = default;
        _leaving.Add(cell);
        return written + Add(output, new CellChange(cell, 0, CellState.Gone, CellFlags.None, Elapsed()));
    }

    private int Add(IBufferWriter<byte> output, in CellChange change)
    {
        int written = _pending == BatchChanges ? EndBatch(output) : 0;
        change.Write(_batch.AsSpan(CellProtocol.HeadSize + (_pending * CellChange.Size)));
        _pending++;
        return written + CellChange.Size;
    }

    private int CellOf(IBufferWriter<byte> output, ReadOnlySpan<char> key, out uint cell)
    {
        if (_cellOf.TryGetValue(key, out cell))
            return 0;
        // A pod may have the name of one that just went: that has to be said before the name is.
        int written = _leaving.Count > 0 ? EndBatch(output) : 0;
        if (!_free.TryDequeue(out cell, out _))
        {
            if (_shown.Count == CellProtocol.MaxCells)
                throw new InvalidOperationException($"more than {CellProtocol.MaxCells} pods at once do not fit into a stream of cells; select fewer");
            cell = (uint)_shown.Count;
            _shown.Add(default);
        }

        _cellOf[key] = cell;
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, cell);
        return written + WriteName(output, CellFrame.Cell, number, key);
    }

    private int NodeOf(IBufferWriter<byte> output, ReadOnlySpan<char> name, out ushort node)
    {
        node = 0;
        if (name.IsEmpty || _nodeOf.TryGetValue(name, out node))
            return 0;
        bool isOther = _nodes.Count == CellProtocol.MaxNodes - 1;
        node = (ushort)(_nodes.Count + 1);
        if (isOther && _hasOtherNodes)
            return 0;
        _hasOtherNodes = isOther;
        if (!isOther)
            _nodeOf[name] = node;
        Span<byte> number = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, node);
        return WriteName(output, CellFrame.Node, number, isOther ? CellProtocol.OtherNodes : name);
    }

    private static int WriteName(IBufferWriter<byte> output, CellFrame type, ReadOnlySpan<byte> number, ReadOnlySpan<char> name)
    {
        int length = number.Length + name.Length;
        Span<byte> frame = output.GetSpan(CellProtocol.HeadSize + length);
        CellProtocol.WriteHead(frame, type, length);
        number.CopyTo(frame[CellProtocol.HeadSize..]);
        Encoding.ASCII.GetBytes(name, frame[(CellProtocol.HeadSize + number.Length)..]);
        output.Advance(CellProtocol.HeadSize + length);
        return CellProtocol.HeadSize + length;
    }

    /// <summary>A stream that lasts longer than 49 days stays at the last number.</summary>
    private uint Elapsed() => (uint)Math.Min(uint.MaxValue, (long)_time.GetElapsedTime(_began).TotalMilliseconds);
}
