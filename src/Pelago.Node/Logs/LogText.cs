// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Pelago.Node.Logs;

/// <summary>Turns records of a log file into what a reader sees, and counts the bytes that he may have.</summary>
internal sealed class LogText(LogQuery query)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly bool[] _isInLine = new bool[2];

    // The record that is longer than what is read at once: whose it is (null: nobody's that is wanted), and whether a line ends with it.
    private bool _isInLong;
    private bool _longEndsLine;
    private LogStream? _long;
    private long _left = query.LimitBytes ?? long.MaxValue;

    /// <summary>In which streams a line is not finished: 1 stdout, 2 stderr. What goes on with them needs to know.</summary>
    public int OpenLines
    {
        get => (_isInLine[0] ? 1 : 0) | (_isInLine[1] ? 2 : 0);
        set => (_isInLine[0], _isInLine[1]) = ((value & 1) != 0, (value & 2) != 0);
    }

    /// <summary>The limit is reached.</summary>
    public bool IsFull => _left <= 0;

    /// <summary>The text of whole records; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> records)
    {
        _text.ResetWrittenCount();
        if (_isInLong)
        {
            int end = records.IndexOf((byte)'\n');
            AppendRest(records[..end], isEnd: true);
            records = records[(end + 1)..];
        }
        while (!records.IsEmpty)
        {
            int newline = records.IndexOf((byte)'\n');
            if (CriLogFormat.TryParse(records[..newline], out CriLogRecord record) && IsWanted(in record))
                Append(in record);
            records = records[(newline + 1)..];
        }
        return Limited();
    }

    /// <summary>The text of a record that has no end yet, or of more of it: a piece of its line.</summary>
    public ReadOnlyMemory<byte> DecodeLong(ReadOnlySpan<byte> part)
    {
        _text.ResetWrittenCount();
        if (_isInLong)
        {
            AppendRest(part, isEnd: false);
        }
        else
        {
            _isInLong = true;
            _long = null;
            if (CriLogFormat.TryParse(part, out CriLogRecord record) && IsWanted(in record))
            {
                (_long, _longEndsLine) = (record.Stream, !record.Partial);
                Append(in record, isPiece: true);
            }
        }
        return Limited();
    }

    private ReadOnlyMemory<byte> Limited()
    {
        int count = (int)Math.Min(_left, _text.WrittenCount);
        _left -= count;
        return _text.WrittenMemory[..count];
    }

    private bool IsWanted(in CriLogRecord record) =>
        (query.Since is not { } since || record.Time >= since) && (query.Stream is not { } stream || stream == record.Stream);

    private void AppendRest(ReadOnlySpan<byte> part, bool isEnd)
    {
        _isInLong = !isEnd;
        if (_long is not { } stream)
            return;
        _text.Write(part);
        if (isEnd && _longEndsLine)
            _text.Write("\n"u8);
        if (isEnd)
            _isInLine[(int)stream] = !_longEndsLine;
    }

    private void Append(in CriLogRecord record, bool isPiece = false)
    {
        ref bool isInLine = ref _isInLine[(int)record.Stream];
        if (query.Timestamps && !isInLine)
        {
            _text.Write(record.TimeText);
            _text.Write(" "u8);
        }
        _text.Write(record.Text);
        isInLine = record.Partial || isPiece;
        if (!isInLine)
            _text.Write("\n"u8);
    }
}
