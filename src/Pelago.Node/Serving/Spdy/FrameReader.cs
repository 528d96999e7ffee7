// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;

namespace Pelago.Node.Serving.Spdy;

/// <summary>
/// Cuts the bytes of a client into frames. It holds one buffer and reads no further than asked: whoever does not read slows the client down, by TCP.
/// </summary>
internal sealed class FrameReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[FrameLayout.MaxDataBytes];
    private int _start;
    private int _end;

    // The data frame that is being read.
    private int _dataStream;
    private int _dataLeft;
    private bool _dataStarts;
    private bool _finWaits;

    /// <summary>The next frame, valid until the next call; null when the client has left.</summary>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancel)
    {
        if (_dataLeft > 0)
            return await PieceAsync(cancel);
        if (_finWaits)
            return Fin();
        if (!await FillAsync(FrameLayout.HeaderBytes, cancel))
            return null;
        uint first = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        uint second = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 4));
        _start += FrameLayout.HeaderBytes;
        int length = (int)(second & 0xffffff);
        bool isFin = ((second >> 24) & FrameLayout.FlagFin) != 0;
        return (first & 0x80000000) != 0 ? await ControlAsync(first, length, isFin, cancel) : await DataAsync((int)first, length, isFin, cancel);
    }

    private async ValueTask<Frame?> ControlAsync(uint first, int length, bool isFin, CancellationToken cancel)
    {
        if (((first >> 16) & 0x7fff) != FrameLayout.Version)
            throw new SpdyException($"a control frame of version {(first >> 16) & 0x7fff}; 3 is served");
        if (length > FrameLayout.MaxControlBytes)
            throw new SpdyException($"a control frame of {length} bytes; at most {FrameLayout.MaxControlBytes} are read");
        if (!await FillAsync(length, cancel))
            return null;
        var payload = new ReadOnlyMemory<byte>(_buffer, _start, length);
        _start += length;
        return new Frame((FrameType)(first & 0xffff), 0, payload, Starts: true, Ends: isFin);
    }

    private async ValueTask<Frame?> DataAsync(int streamId, int length, bool isFin, CancellationToken cancel)
    {
        _dataStream = streamId;
        _dataLeft = length;
        _dataStarts = true;
        _finWaits = isFin;
        if (length > 0)
            return await PieceAsync(cancel);
        return isFin ? Fin() : new Frame(FrameType.Data, streamId, default, Starts: true, Ends: false);
    }

    private async ValueTask<Frame?> PieceAsync(CancellationToken cancel)
    {
        if (!await FillAsync(1, cancel))
            return null;
        int length = Math.Min(_dataLeft, _end - _start);
        var piece = new Frame(FrameType.Data, _dataStream, _buffer.AsMemory(_start, length), _dataStarts, Ends: false);
        _start += length;
        _dataLeft -= length;
        _dataStarts = false;
        return piece;
    }

    private Frame Fin()
    {
        _finWaits = false;
        return new Frame(FrameType.Data, _dataStream, default, Starts: false, Ends: true);
    }

    /// <summary>Makes so many bytes lie in the buffer from <c>_start</c> on; false when the client has left before.</summary>
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancel)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_start + count > _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (read == 0)
                return false;
            _end += read;
        }
        return true;
    }
}
