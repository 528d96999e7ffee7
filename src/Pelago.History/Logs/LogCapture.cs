// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.History.Days;

namespace Pelago.History.Logs;

/// <summary>A piece of a log as the node wrote it: whole records, with the times of the first and the last.</summary>
internal readonly record struct LogPiece(ReadOnlyMemory<byte> Text, int Lines, long? First, long? Last);

/// <summary>Reads the files of a run's log in pieces of at most a mebibyte.</summary>
internal static class LogCapture
{
    public const int PieceBytes = 1 << 20;

    /// <summary>From <paramref name="skip"/> on, which was recorded before. A piece is in <paramref name="buffer"/>, of <see cref="PieceBytes"/>, until the next one.</summary>
    public static IEnumerable<LogPiece> Read(IReadOnlyList<string> files, long skip, long most, byte[] buffer)
    {
        foreach (string path in files)
        {
            using FileStream? file = TryOpen(path);
            if (file is null)
                continue;
            long length = file.Length;
            if (skip >= length)
            {
                skip -= length;
                continue;
            }

            file.Position = skip;
            skip = 0;
            int kept = 0;
            while (most > 0)
            {
                int read = file.Read(buffer, kept, buffer.Length - kept);
                int filled = kept + read;
                if (filled == 0)
                    break;
                int whole = read == 0 ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
                if (whole == 0 && filled < buffer.Length)
                {
                    kept = filled;
                    continue;
                }

                // A record longer than a piece is cut: it is none of the nodes' writers.
                if (whole == 0)
                    whole = filled;
                yield return Piece(buffer.AsMemory(0, whole));
                most -= whole;
                kept = filled - whole;
                buffer.AsSpan(whole, kept).CopyTo(buffer);
                if (read == 0)
                    break;
            }
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static LogPiece Piece(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> rest = text.Span;
        ReadOnlySpan<byte> first = default, last = default;
        int lines = 0;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!LogRecord.TryParse(line, out LogRecord record))
                continue;
            first = first.IsEmpty ? record.Time : first;
            last = record.Time;
            lines += record.Partial ? 0 : 1;
        }

        return new LogPiece(text, lines, Time(first), Time(last));
    }

    private static long? Time(ReadOnlySpan<byte> text) =>
        DateTimeOffset.TryParse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? Moments.Store(at) : null;
}
