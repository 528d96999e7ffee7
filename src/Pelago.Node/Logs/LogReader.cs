// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;

namespace Pelago.Node.Logs;

/// <summary>
/// Reads the log of one container over its rotated files, and goes on with what is written: every byte once and in order, whatever is rotated
/// meanwhile (a follower that falls behind by more than all kept files loses the oldest).
/// </summary>
internal sealed class LogReader(string path, LogQuery query, LogSignals signals)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Writes the wanted part. <paramref name="ended"/> completes when nothing more will be written to the log.</summary>
    public async Task WriteToAsync(Stream output, Task ended, CancellationToken cancel)
    {
        var text = new LogText(query);
        LogPosition? current = LogPosition.OpenCurrent(path);
        try
        {
            IReadOnlyList<string> rotated = current?.Predecessors(path) ?? LogFiles.Rotated(path);
            (int first, long offset) = query.TailLines is { } lines ? LogTail.Find([.. rotated, path], lines, query.Stream) : (0, 0);
            for (int i = first; i < rotated.Count; i++)
                await ReadFileAsync(rotated[i], i == first ? offset : 0, text, output, cancel);
            if (current is not null && first >= rotated.Count)
                current.File.Position = first > rotated.Count ? current.File.Length : offset;
            while (!text.IsFull)
            {
                // In this order: what is written after the signal was asked for wakes it, and what was written before the end is read after it.
                Task change = signals.NextChange(path);
                bool isLast = !query.Follow || ended.IsCompleted;
                current ??= LogPosition.OpenCurrent(path);
                if (current is not null)
                {
                    await DrainAsync(current.File, text, output, cancel);
                    current = await NextAsync(current, text, output, cancel);
                }
                if (isLast)
                    return;
                await output.FlushAsync(cancel);
                await Task.WhenAny(change, ended).WaitAsync(cancel);
            }
        }
        finally
        {
            current?.Dispose();
        }
    }

    /// <summary>After a rotation: the rest of the file, those after it, and the new current one.</summary>
    private async Task<LogPosition?> NextAsync(LogPosition current, LogText text, Stream output, CancellationToken cancel)
    {
        while (current.Successors(path) is { Count: > 0 } successors)
        {
            await DrainAsync(current.File, text, output, cancel);
            current.Dispose();
            foreach (string file in successors.SkipLast(1))
                await ReadFileAsync(file, 0, text, output, cancel);
            if (LogPosition.OpenCurrent(path) is not { } next)
                return null;
            current = next;
            await DrainAsync(current.File, text, output, cancel);
        }
        return current;
    }

    private static async Task ReadFileAsync(string file, long offset, LogText text, Stream output, CancellationToken cancel)
    {
        FileStream stream;
        try
        {
            stream = LogPosition.Open(file);
        }
        catch (FileNotFoundException)
        {
            return;
        }
        await using (stream)
        {
            stream.Position = offset;
            await DrainAsync(stream, text, output, cancel);
        }
    }

    /// <summary>Reads whole records up to the end of the file; a record that is not finished yet stays for the next time.</summary>
    private static async Task DrainAsync(FileStream file, LogText text, Stream output, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while (!text.IsFull && (read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, BufferSize), file.Position)) > 0)
            {
                int whole = buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
                if (whole == 0)
                    return;
                file.Position += whole;
                await output.WriteAsync(text.Decode(buffer.AsSpan(0, whole)), cancel);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
