// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pelago.Node.Logs;

internal enum LogStream : byte
{
    Stdout,
    Stderr,
}

/// <summary>One record of a log file. <see cref="Partial"/>: the line goes on in the next record of the same stream.</summary>
internal readonly ref struct CriLogRecord
{
    public required DateTimeOffset Time { get; init; }
    public required ReadOnlySpan<byte> TimeText { get; init; }
    public required LogStream Stream { get; init; }
    public required bool Partial { get; init; }
    public required ReadOnlySpan<byte> Text { get; init; }
}

/// <summary>
/// The log format of the Container Runtime Interface: <c>2006-01-02T15:04:05.000000000Z stdout F a whole line</c>, with P instead of F
/// for a piece of a line that goes on.
/// </summary>
internal static class CriLogFormat
{
    /// <summary>Longer lines are cut into pieces of this many bytes.</summary>
    public const int MaxFragment = 16 * 1024;
    private const int TimeLength = 30;

    /// <summary>Appends the records of a piece of output. What follows the last newline becomes a partial record at once, so nothing waits in memory.</summary>
    public static void Encode(ReadOnlySpan<byte> data, LogStream stream, DateTimeOffset now, ArrayBufferWriter<byte> output)
    {
        Span<byte> time = stackalloc byte[TimeLength];
        WriteTime(now, time);
        ReadOnlySpan<byte> tag = stream == LogStream.Stdout ? " stdout "u8 : " stderr "u8;
        while (!data.IsEmpty)
        {
            int newline = data[..Math.Min(data.Length, MaxFragment + 1)].IndexOf((byte)'\n');
            int length = newline >= 0 ? newline : Math.Min(data.Length, MaxFragment);
            output.Write(time);
            output.Write(tag);
            output.Write(newline >= 0 ? "F "u8 : "P "u8);
            output.Write(data[..length]);
            output.Write("\n"u8);
            data = data[(newline >= 0 ? length + 1 : length)..];
        }
    }

    /// <summary>Reads a record without its newline; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out CriLogRecord record)
    {
        record = default;
        int space = line.IndexOf((byte)' ');
        if (space < 20 || !TryParseTime(line[..space], out DateTimeOffset time))
            return false;
        ReadOnlySpan<byte> rest = line[(space + 1)..];
        if (rest.Length < 8 || rest[6] != ' ' || (rest.Length > 8 && rest[8] != ' '))
            return false;
        bool stdout = rest.StartsWith("stdout"u8);
        if (!stdout && !rest.StartsWith("stderr"u8))
            return false;
        record = new CriLogRecord
        {
            Time = time, TimeText = line[..space], Stream = stdout ? LogStream.Stdout : LogStream.Stderr, Partial = rest[7] == 'P',
            Text = rest.Length > 9 ? rest[9..] : [],
        };
        return true;
    }

    private static void WriteTime(DateTimeOffset now, Span<byte> into)
    {
        Utf8Formatter.TryFormat(now.UtcDateTime, into, out _, new StandardFormat('O'));
        // "2026-01-02T03:04:05.1234567Z" has 7 digits: two zeros more make nanoseconds.
        "00Z"u8.CopyTo(into[27..]);
    }

    private static bool TryParseTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        if (text.Length == TimeLength && Utf8Parser.TryParse(text[..27], out DateTime exact, out int used, 'O') && used == 27)
        {
            time = new DateTimeOffset(DateTime.SpecifyKind(exact, DateTimeKind.Utc));
            return true;
        }
        return DateTimeOffset.TryParse(
            Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }
}
