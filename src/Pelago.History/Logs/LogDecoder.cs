// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;

namespace Pelago.History.Logs;

/// <summary>Makes the text of a log from its records, over all its segments.</summary>
internal sealed class LogDecoder(LogSelection selection, long skipLines)
{
    private readonly byte[] _stream = Encoding.ASCII.GetBytes(selection.Stream);
    private long _skip = skipLines;
    private long _left = selection.LimitBytes ?? long.MaxValue;
    private bool _inLine;

    /// <summary>As many bytes as were wanted have been written.</summary>
    public bool IsFull => _left <= 0;

    public void Decode(ReadOnlySpan<byte> segment, IBufferWriter<byte> output)
    {
        while (!segment.IsEmpty && !IsFull)
        {
            int end = segment.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? segment : segment[..end];
            segment = end < 0 ? default : segment[(end + 1)..];
            if (LogRecord.TryParse(line, out LogRecord record) && (_stream.Length == 0 || record.Stream.SequenceEqual(_stream)))
                Write(record, output);
        }
    }

    private void Write(LogRecord record, IBufferWriter<byte> output)
    {
        if (_skip > 0)
        {
            _skip -= record.Partial ? 0 : 1;
            return;
        }

        if (selection.Timestamps && !_inLine)
        {
            Put(record.Time, output);
            Put(" "u8, output);
        }

        Put(record.Text, output);
        if (!record.Partial)
            Put("\n"u8, output);
        _inLine = record.Partial;
    }

    private void Put(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (text.Length > _left)
            text = text[..(int)_left];
        output.Write(text);
        _left -= text.Length;
    }
}
