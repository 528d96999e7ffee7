// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Pelago.Node.Logs;

/// <summary>Turns records of a log file into what a reader sees, and counts the bytes that he may have.</summary>
internal sealed class LogText(LogQuery query)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly bool[] _isInLine = new bool[2];
    private long _left = query.LimitBytes ?? long.MaxValue;

    /// <summary>The limit is reached.</summary>
    public bool IsFull => _left <= 0;

    /// <summary>The text of whole records; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> records)
    {
        _text.ResetWrittenCount();
        while (!records.IsEmpty)
        {
            int newline = records.IndexOf((byte)'\n');
            if (CriLogFormat.TryParse(records[..newline], out CriLogRecord record) && IsWanted(in record))
                Append(in record);
            records = records[(newline + 1)..];
        }
        int count = (int)Math.Min(_left, _text.WrittenCount);
        _left -= count;
        return _text.WrittenMemory[..count];
    }

    private bool IsWanted(in CriLogRecord record) =>
        (query.Since is not { } since || record.Time >= since) && (query.Stream is not { } stream || stream == record.Stream);

    private void Append(in CriLogRecord record)
    {
        ref bool isInLine = ref _isInLine[(int)record.Stream];
        if (query.Timestamps && !isInLine)
        {
            _text.Write(record.TimeText);
            _text.Write(" "u8);
        }
        _text.Write(record.Text);
        if (!record.Partial)
            _text.Write("\n"u8);
        isInLine = record.Partial;
    }
}
