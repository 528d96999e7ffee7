// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube.Lines;

namespace Pelago.Node.Logs;

/// <summary>Finds where the last lines or bytes of a log begin, reading backwards only as far as they reach, and in memory that does not grow with a line.</summary>
internal static class LogTail
{
    private const int Window = 4 * CriLogFormat.MaxFragment;

    /// <summary>
    /// The file and the offset in it where the last lines or bytes begin, and how many bytes of the text from there on are before them (the text has no times then);
    /// the very beginning when there are fewer. File number <c>rotated.Count</c> is <paramref name="current"/>, which is asked by its handle: its name may be another
    /// file's by now.
    /// </summary>
    public static (int File, long Offset, long Before) Find(IReadOnlyList<string> rotated, SafeFileHandle? current, TextPart last, LogStream? stream)
    {
        if (last.Count <= 0)
            return (rotated.Count + 1, 0, 0);
        ICount count = last.IsBytes ? new ByteCount(last.Count) : new LineCount(last.Count);
        if (current is not null && FindIn(current, count, stream) is { } place)
            return (rotated.Count, place, count.Before);
        for (int i = rotated.Count - 1; i >= 0; i--)
        {
            using FileStream? file = TryOpen(rotated[i]);
            if (file is not null && FindIn(file.SafeFileHandle, count, stream) is { } offset)
                return (i, offset, count.Before);
        }
        return (0, 0, 0);
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

    private static long? FindIn(SafeFileHandle file, ICount count, LogStream? stream)
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
                if (begin < stop && FindIn(window[begin..stop], from + begin, count, stream) is { } at)
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

    /// <summary>Walks whole records from the last one back.</summary>
    private static long? FindIn(ReadOnlySpan<byte> records, long from, ICount count, LogStream? stream)
    {
        int end = records.Length;
        while (end > 0)
        {
            int start = records[..(end - 1)].LastIndexOf((byte)'\n') + 1;
            if (CriLogFormat.TryParse(records[start..(end - 1)], out CriLogRecord record) && (stream is null || stream == record.Stream)
                && count.Take(in record, from + start, from + end) is { } place)
                return place;
            end = start;
        }
        return null;
    }

    private interface ICount
    {
        /// <summary>How many bytes of the text from the place on are before what was counted.</summary>
        long Before { get; }

        /// <summary>Takes the record before those that were taken, from <paramref name="start"/> to <paramref name="end"/>; the place, once that is known.</summary>
        long? Take(in CriLogRecord record, long start, long end);
    }

    /// <summary>A line begins after the record that ended the line before it, so one more end than lines is met before the place is known.</summary>
    private sealed class LineCount(long lines) : ICount
    {
        private long _left = lines;

        // An unfinished line at the end of the newest file counts as one.
        private bool _lastIsOpen = true;

        public long Before => 0;

        public long? Take(in CriLogRecord record, long start, long end)
        {
            if (!record.Partial)
            {
                if (_left == 0)
                    return end;
                _left--;
            }
            else if (_lastIsOpen)
            {
                _left--;
            }
            _lastIsOpen = false;
            return null;
        }
    }

    private sealed class ByteCount(long bytes) : ICount
    {
        private long _left = bytes;

        public long Before => Math.Max(0, -_left);

        public long? Take(in CriLogRecord record, long start, long end)
        {
            _left -= record.Text.Length + (record.Partial ? 0 : 1);
            return _left > 0 ? null : start;
        }
    }
}
