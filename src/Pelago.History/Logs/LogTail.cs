// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.History.Logs;

/// <summary>Finds the last lines of a log by what is known of its segments, so that only those are read.</summary>
internal static class LogTail
{
    /// <summary>The first segment to read, and how many lines of it to leave out.</summary>
    public static (int First, long Skip) Of(IReadOnlyList<Segment> segments, LogSelection selection, Func<Segment, byte[]> read)
    {
        if (selection.TailLines is not { } wanted)
            return (0, 0);
        if (selection.Stream.Length > 0)
            return (0, Math.Max(0, LinesOf(segments, selection.Stream, read) - wanted));
        long have = 0;
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            have += segments[i].Lines;
            // One more: the line may begin in the segment before, as a piece.
            if (have > wanted)
                return (i, have - wanted);
        }

        return (0, 0);
    }

    /// <summary>How many lines of one stream a segment has is nowhere written: all are read for it.</summary>
    private static long LinesOf(IReadOnlyList<Segment> segments, string stream, Func<Segment, byte[]> read)
    {
        long lines = 0;
        foreach (Segment segment in segments)
        {
            ReadOnlySpan<byte> text = read(segment);
            foreach (Range range in text.Split((byte)'\n'))
                lines += LogRecord.TryParse(text[range], out LogRecord record) && !record.Partial && Ascii.Equals(record.Stream, stream) ? 1 : 0;
        }

        return lines;
    }
}
