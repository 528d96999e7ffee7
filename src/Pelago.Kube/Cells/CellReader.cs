// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Pelago.Kube;

/// <summary>
/// Reads a stream of cells as it arrives, in pieces that may end anywhere, and hands what it holds to a sink. It takes nothing on trust:
/// a stream that is longer or other than it may be ends with a <see cref="CellFormatException"/>. Not thread-safe.
/// </summary>
public sealed class CellReader(ICellSink sink)
{
    private readonly List<bool> _isNamed = [];
    private byte[] _frame = new byte[256];
    private int _filled;
    private long _offset;
    private bool _hasBegun;
    private int _nodes;

    /// <summary>Reads on.</summary>
    /// <exception cref="CellFormatException">This is no stream of cells, or not one of a known version.</exception>
    public void Read(ReadOnlySpan<byte> chunk)
    {
        while (true)
        {
            if (_filled == 0)
                chunk = chunk[ReadWhole(chunk)..];
            if (chunk.IsEmpty)
                return;
            chunk = chunk[Fill(chunk)..];
            if (IsWhole(_frame.AsSpan(0, _filled), out int length))
            {
                Take(_frame.AsSpan(0, length));
                _filled = 0;
            }
        }
    }

    /// <summary>The stream has ended.</summary>
    /// <exception cref="CellFormatException">In the middle of a frame, or before the first.</exception>
    public void Complete()
    {
        if (_filled > 0 || !_hasBegun)
            throw Fault(_hasBegun ? "it ends in the middle of a frame" : "it ends before its first frame");
    }

    /// <summary>Takes the frames that lie in the chunk from beginning to end; how long they are together.</summary>
    private int ReadWhole(ReadOnlySpan<byte> chunk)
    {
        int read = 0;
        while (IsWhole(chunk[read..], out int length))
        {
            Take(chunk.Slice(read, length));
            read += length;
        }

        return read;
    }

    /// <summary>Keeps what belongs to the frame that is not whole yet; how much that is.</summary>
    private int Fill(ReadOnlySpan<byte> chunk)
    {
        int wanted = _filled < CellProtocol.HeadSize ? CellProtocol.HeadSize : CellProtocol.HeadSize + CellProtocol.ReadLength(_frame);
        int taken = Math.Min(wanted - _filled, chunk.Length);
        // Grown as bytes arrive, not as a head promises them.
        if (_filled + taken > _frame.Length)
            Array.Resize(ref _frame, Math.Max(_filled + taken, 2 * _frame.Length));
        chunk[..taken].CopyTo(_frame.AsSpan(_filled));
        _filled += taken;
        return taken;
    }

    private bool IsWhole(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < CellProtocol.HeadSize)
            return false;
        int payload = CellProtocol.ReadLength(bytes);
        if (payload > CellProtocol.MaxFrameBytes)
            throw Fault($"a frame of {payload} bytes; at most {CellProtocol.MaxFrameBytes} are allowed");
        length = CellProtocol.HeadSize + payload;
        return bytes.Length >= length;
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var type = (CellFrame)frame[0];
        ReadOnlySpan<byte> payload = frame[CellProtocol.HeadSize..];
        if (_hasBegun == (type == CellFrame.Hello))
            throw Fault(_hasBegun ? "a second beginning" : "it does not begin as a stream of cells does");
        switch (type)
        {
            case CellFrame.Hello:
                TakeHello(payload);
                break;
            case CellFrame.Changes:
                TakeChanges(payload);
                break;
            case CellFrame.Node:
                TakeNode(payload);
                break;
            case CellFrame.Cell:
                TakeCell(payload);
                break;
            case CellFrame.Bookmark:
                Require(payload, CellProtocol.BookmarkSize, "a bookmark");
                sink.Bookmark(BinaryPrimitives.ReadUInt64LittleEndian(payload), (payload[8] & 1) != 0);
                break;
            case CellFrame.Error:
                TakeError(payload);
                break;
        }

        _offset += frame.Length;
    }

    private void TakeHello(ReadOnlySpan<byte> payload)
    {
        if (!payload.StartsWith(CellProtocol.Magic))
            throw Fault("it does not begin as a stream of cells does");
        Require(payload, CellProtocol.HelloSize, "the beginning");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(payload[4..]);
        if (version != CellProtocol.Version)
            throw Fault($"it is of version {version}, and only version {CellProtocol.Version} is known here: use a newer pelago");
        long epoch = BinaryPrimitives.ReadInt64LittleEndian(payload[8..]);
        if (epoch < 0 || epoch > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            throw Fault("it begins at a time that is none");
        _hasBegun = true;
        sink.Begin(DateTimeOffset.FromUnixTimeMilliseconds(epoch));
    }

    private void TakeChanges(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % CellChange.Size != 0)
            throw Fault($"changes of {payload.Length} bytes; each has {CellChange.Size}");
        for (; !payload.IsEmpty; payload = payload[CellChange.Size..])
        {
            var change = CellChange.Read(payload);
            if (change.Cell >= _isNamed.Count || !_isNamed[(int)change.Cell])
                throw Fault($"a change of cell {change.Cell}, which has no name");
            if (change.Node > _nodes)
                throw Fault($"a change with node {change.Node}, which has no name");
            if (change.State > CellState.Terminating)
                throw Fault($"a change to state {(int)change.State}, which is none");
            _isNamed[(int)change.Cell] = change.State != CellState.Gone;
            sink.Change(change);
        }
    }

    private void TakeNode(ReadOnlySpan<byte> payload)
    {
        Require(payload, sizeof(ushort) + 1, "the name of a node");
        ushort node = BinaryPrimitives.ReadUInt16LittleEndian(payload);
        if (node != _nodes + 1)
            throw Fault($"node {node} after {_nodes}");
        _nodes = node;
        sink.Node(node, Name(payload[sizeof(ushort)..]));
    }

    /// <summary>New numbers go up one by one, so that a reader's memory is bounded by what it was sent.</summary>
    private void TakeCell(ReadOnlySpan<byte> payload)
    {
        Require(payload, sizeof(uint) + 1, "the name of a cell");
        uint cell = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (cell > _isNamed.Count || cell >= CellProtocol.MaxCells)
            throw Fault($"cell {cell} after {_isNamed.Count} cells");
        if (cell == _isNamed.Count)
            _isNamed.Add(false);
        if (_isNamed[(int)cell])
            throw Fault($"cell {cell}, which has a name");
        _isNamed[(int)cell] = true;
        sink.Cell(cell, Name(payload[sizeof(uint)..]));
    }

    private void TakeError(ReadOnlySpan<byte> payload)
    {
        ApiStatus? status = null;
        try
        {
            status = ApiStatus.FromJson(KubeJson.Parse(payload.ToArray()));
        }
        catch (JsonException)
        {
            // Said below: it is no Status.
        }

        sink.Error(status ?? throw Fault("an error that is no Status"));
    }

    /// <summary>Names are printable ASCII, so that they can be printed.</summary>
    private string Name(ReadOnlySpan<byte> name)
    {
        if (name.Length > CellProtocol.MaxNameBytes || name.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            throw Fault("a name that is none");
        return Encoding.ASCII.GetString(name);
    }

    private void Require(ReadOnlySpan<byte> payload, int length, string what)
    {
        if (payload.Length < length)
            throw Fault($"{what} in {payload.Length} bytes; at least {length} are needed");
    }

    private CellFormatException Fault(string message) => new(_offset, message);
}
