// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;

namespace Pelago.Node.Logs;

/// <summary>Finds where the last lines of a log begin, reading backwards only as far as they reach.</summary>
internal static class LogTail
{
    private const int FirstWindow = 64 * 1024;

    /// <summary>The file and the offset in it where the last <paramref name="lines"/> lines begin; the very beginning when there are fewer.</summary>
    public static (int File, long Offset) Find(IReadOnlyList<string> files, long lines, LogStream? stream)
    {
        if (lines <= 0)
            return (files.Count, 0);
        // An unfinished line at the end of the newest file counts as one.
        bool lastIsOpen = true;
        for (int i = files.Count - 1; i >= 0; i--)
        {
            if (FindIn(files[i], ref lines, ref lastIsOpen, stream) is { } offset)
                return (i, offset);
        }
        return (0, 0);
    }

    private static long? FindIn(string path, ref long lines, ref bool lastIsOpen, LogStream? stream)
    {
        FileStream file;
        try
        {
            file = LogPosition.Open(path);
        }
        catch (IOException)
        {
            return null;
        }
        using (file)
        {
            long length = file.Length;
            for (long window = FirstWindow; ; window *= 4)
            {
                long from = Math.Max(0, length - window);
                byte[] buffer = ArrayPool<byte>.Shared.Rent((int)(length - from));
                try
                {
                    int read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, (int)(length - from)), from);
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
