// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Logs;

/// <summary>Finds where the last lines of a log begin, reading backwards only as far as they reach, and in memory that does not grow with a line.</summary>
internal static class LogTail
{
    private const int Window = 4 * CriLogFormat.MaxFragment;

    /// <summary>
    /// The file and the offset in it where the last <paramref name="lines"/> lines begin; the very beginning when there are fewer. File number
    /// <c>rotated.Count</c> is <paramref name="current"/>, which is asked by its handle: its name may be another file's by now.
    /// </summary>
    public static (int File, long Offset) Find(IReadOnlyList<string> rotated, SafeFileHandle? current, long lines, LogStream? stream)
    {
        if (lines <= 0)
            return (rotated.Count + 1, 0);
        // An unfinished line at the end of the newest file counts as one.
        bool lastIsOpen = true;
        if (current is not null && FindIn(current, ref lines, ref lastIsOpen, stream) is { } place)
            return (rotated.Count, place);
        for (int i = rotated.Count - 1; i >= 0; i--)
        {
            using FileStream? file = TryOpen(rotated[i]);
            if (file is not null && FindIn(file.SafeFileHandle, ref lines, ref lastIsOpen, stream) is { } offset)
                return (i, offset);
        }
        return (0, 0);
    }

    private static FileStream? TryOpen(string rotated)
    {
        try
        {
            return LogPosition.Open(rotated);
        }
        catch (IOException)
        {
            return null; // dropped meanwhile, for newer ones
        }
    }

    private static long? FindIn(SafeFileHandle file, ref long lines, ref bool lastIsOpen, LogStream? stream)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            for (long end = RandomAccess.GetLength(file); end > 0;)
            {
                long from = Math.Max(0, end - Window);
                ReadOnlySpan<byte> window = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - from)), from));
                int begin = from == 0 ? 0 : window.IndexOf((byte)'\n') + 1;
                int stop = window.LastIndexOf((byte)'\n') + 1;
                if (begin < stop && Count(window[begin..stop], from + begin, ref lines, ref lastIsOpen, stream) is { } at)
                    return at;
                // The next window ends where the first whole record of this one began. One that fills a window is none that was written here.
                end = from == 0 ? 0 : from + begin < end && begin > 0 ? from + begin : from;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Walks whole records from the last one back. A line begins after the record that ended the line before it, so one more end than lines is met
    /// before the place is known.
    /// </summary>
    private static long? Count(ReadOnlySpan<byte> records, long from, ref long lines, ref bool lastIsOpen, LogStream? stream)
    {
        int end = records.Length;
        while (end > 0)
        {
            int start = records[..(end - 1)].LastIndexOf((byte)'\n') + 1;
            if (CriLogFormat.TryParse(records[start..(end - 1)], out CriLogRecord record) && (stream is null || stream == record.Stream))
            {
                if (!record.Partial)
                {
                    if (lines == 0)
                        return from + end;
                    lines--;
                }
                else if (lastIsOpen)
                {
                    lines--;
                }
                lastIsOpen = false;
            }
            end = start;
        }
        return null;
    }
}
