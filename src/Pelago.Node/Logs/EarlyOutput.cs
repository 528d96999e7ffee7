// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Logs;

/// <summary>
/// What a container printed before somebody attached to it. A client attaches when it has seen the container run: what a short command printed until
/// then would be lost, and `kubectl run -i` would print nothing (kubernetes/kubernetes#27264).
/// </summary>
internal static class EarlyOutput
{
    private const int MostBytes = 64 * 1024;
    private const int MostOfFile = 4 * MostBytes;
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(10);

    /// <summary>To a container that has been running for long, a client attaches to see what comes.</summary>
    public static bool IsWanted(DateTimeOffset? startedAt, DateTimeOffset now) => startedAt is { } start && now - start < Early;

    /// <summary>So little is in the log that it may be told from its beginning.</summary>
    public static bool IsShort(LogPosition current, string logPath) => current.File.Length <= MostOfFile && current.Predecessors(logPath).Count == 0;

    /// <summary>What is in the log; nothing when that is so much that it was no short command.</summary>
    public static byte[] Read(string logPath, LogStream stream)
    {
        using LogPosition? current = LogPosition.OpenCurrent(logPath);
        if (current is null || !IsShort(current, logPath))
            return [];
        byte[] records = new byte[current.File.Length];
        int read = RandomAccess.Read(current.File.SafeFileHandle, records, 0);
        int whole = records.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        ReadOnlyMemory<byte> text = new LogText(new LogQuery { Stream = stream }).Decode(records.AsSpan(0, whole));
        return text.Length > MostBytes ? [] : text.ToArray();
    }

    /// <summary>
    /// The beginning of <paramref name="logged"/> that did not come over a connection that has brought <paramref name="live"/>: the longest end of the
    /// one that is a beginning of the other was seen by both.
    /// </summary>
    public static ReadOnlyMemory<byte> Missed(ReadOnlyMemory<byte> logged, ReadOnlySpan<byte> live)
    {
        int common = Math.Min(logged.Length, live.Length);
        while (!logged.Span[^common..].SequenceEqual(live[..common]))
            common--;
        return logged[..^common];
    }
}
