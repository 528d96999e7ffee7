// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Operate.Tail;

/// <summary>
/// Merges lines of several sources by their times: each is held for a window, in which one with an earlier time may come. Lines of one source stay in their
/// order. What is held is bounded; when there is more, the earliest goes before its window has passed. For one thread at a time.
/// </summary>
/// <param name="window">In the unit of the moments that the methods are given.</param>
/// <param name="mostBytes">How much may be held.</param>
internal sealed class LineOrder<T>(long window, long mostBytes)
{
    private readonly PriorityQueue<(T Source, byte[] Line, long Arrived), (string Time, long Number)> _held = new(Comparer<(string Time, long Number)>.Create(Compare));
    private long _bytes;
    private long _number;

    /// <param name="source">Whose line it is.</param>
    /// <param name="time">A time of RFC 3339 in UTC with nine digits after the point; not before the last one of the source.</param>
    /// <param name="line">The line.</param>
    /// <param name="now">The moment.</param>
    public void Add(T source, string time, byte[] line, long now)
    {
        _held.Enqueue((source, line, now), (time, _number++));
        _bytes += line.Length;
    }

    /// <summary>The next line whose window has passed; false when there is none.</summary>
    public bool TryTake(long now, out T source, out byte[] line)
    {
        if (_held.TryPeek(out (T Source, byte[] Line, long Arrived) first, out _) && (first.Arrived + window <= now || _bytes > mostBytes))
        {
            _held.Dequeue();
            _bytes -= first.Line.Length;
            (source, line) = (first.Source, first.Line);
            return true;
        }
        (source, line) = (default!, []);
        return false;
    }

    private static int Compare((string Time, long Number) a, (string Time, long Number) b) =>
        string.CompareOrdinal(a.Time, b.Time) is var order and not 0 ? order : a.Number.CompareTo(b.Number);
}
