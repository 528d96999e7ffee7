// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Logs;

/// <summary>Finds where the last lines of a log begin, reading backwards only as far as they reach.</summary>
internal static class LogTail
{
    private const int FirstWindow = 64 * 1024;

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
        long length = RandomAccess.GetLength(file);
        for (long window = FirstWindow; ; window *= 4)
        {
            long from = Math.Max(0, length - window);
            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)(length - from));
            try
            {
                int read = RandomAccess.Read(file, buffer.AsSpan(0, (int)(length - from)), from);
                (long left, bool open, long? at) = Count(buffer.AsSpan(0, read), from, lines, lastIsOpen, stream);
                if (at is not null)
                    return at;
                if (from == 0)
                {
                    (lines, lastIsOpen) = (left, open);
                    return null;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>
    /// Walks the records of a window from its end. A line begins after the record that ended the line before it, so one more end than lines is met
    /// before the place is known.
    /// </summary>
    private static (long Left, bool LastIsOpen, long? At) Count(ReadOnlySpan<byte> window, long from, long lines, bool lastIsOpen, LogStream? stream)
    {
        int end = window.LastIndexOf((byte)'\n') + 1;
        int begin = from == 0 ? 0 : window.IndexOf((byte)'\n') + 1;
        while (end > begin)
        {
            int start = window[..(end - 1)].LastIndexOf((byte)'\n') + 1;
            if (start < begin)
                start = begin;
            if (CriLogFormat.TryParse(window[start..(end - 1)], out CriLogRecord record) && (stream is null || stream == record.Stream))
            {
                if (!record.Partial)
                {
                    if (lines == 0)
                        return (0, false, from + end);
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
        return (lines, lastIsOpen, null);
    }
}
