// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Pelago.Kube.Lines;

namespace Pelago.Node.Logs;

/// <summary>
/// Reads the log of one container over its rotated files, and goes on with what is written: every byte once and in order, whatever is rotated
/// meanwhile (a follower that falls behind by more than all kept files loses the oldest).
/// </summary>
internal sealed class LogReader(string path, LogQuery query, LogSignals signals)
{
    private const int BufferSize = 64 * 1024;

    // The file that is read now, and the newest rotated one that has been read.
    private LogPosition? _current;
    private string _seen = "";

    /// <summary>Writes the wanted part. <paramref name="ended"/> completes when nothing more will be written to the log.</summary>
    public async Task WriteToAsync(Stream output, Task ended, CancellationToken cancel)
    {
        var text = new LogText(query);
        try
        {
            await BeginAsync(text, output, cancel);
            while (!text.IsFull)
            {
                // In this order: what was written before the end is read after it, and what is written after the signal was asked for wakes it.
                if (!query.Follow || ended.IsCompleted)
                {
                    await DrainAllAsync(text, output, cancel);
                    return;
                }
                Task change = signals.NextChange(path);
                await DrainAllAsync(text, output, cancel);
                await output.FlushAsync(cancel);
                await Task.WhenAny(change, ended).WaitAsync(cancel);
            }
        }
        finally
        {
            _current?.Dispose();
        }
    }

    /// <summary>Reads what has been rotated already, and opens the current file at the place where the wanted part goes on.</summary>
    private async Task BeginAsync(LogText text, Stream output, CancellationToken cancel)
    {
        _current = LogPosition.OpenCurrent(path);
        IReadOnlyList<string> rotated = _current?.Predecessors(path) ?? LogFiles.Rotated(path);
        (int first, long offset, _) = query.TailLines is { } lines
            ? LogTail.Find(rotated, _current?.File.SafeFileHandle, new TextPart(TextSide.Last, lines, IsBytes: false), query.Stream)
            : (0, 0, 0);
        for (int i = first; i < rotated.Count; i++)
            await ReadFileAsync(rotated[i], i == first ? offset : 0, text, output, cancel);
        if (_current is not null && first >= rotated.Count)
            _current.File.Position = first > rotated.Count ? _current.File.Length : offset;
        _seen = rotated.LastOrDefault("");
    }

    /// <summary>Reads to the end of the current file, over every rotation that happens meanwhile.</summary>
    private async Task DrainAllAsync(LogText text, Stream output, CancellationToken cancel)
    {
        while (true)
        {
            if (_current is null)
            {
                // Between a rotation and the first write after it there is no current file.
                if ((_current = LogPosition.OpenCurrent(path)) is null)
                    return;
                foreach (string file in _current.Predecessors(path).Where(file => string.CompareOrdinal(file, _seen) > 0))
                    await ReadFileAsync(file, 0, text, output, cancel);
            }
            await DrainAsync(_current.File, text, output, cancel);
            // Until the next file is there, whoever writes may still write to this one.
            if (_current.RotatedName(path) is not { } name || !File.Exists(path))
                return;
            await DrainAsync(_current.File, text, output, cancel);
            _current.Dispose();
            (_current, _seen) = (null, name);
        }
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

    /// <summary>
    /// Reads whole records up to the end of the file; a record that is not finished yet stays for the next time. One that is longer than what is read at once
    /// is none of this format's writers: its beginning is passed on as a piece of a line, and what follows goes on by itself.
    /// </summary>
    private static async Task DrainAsync(FileStream file, LogText text, Stream output, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while (!text.IsFull && (read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, BufferSize), file.Position)) > 0)
            {
                int whole = buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
                if (whole == 0 && read < BufferSize)
                    return;
                if (whole == 0)
                {
                    file.Position += read;
                    await output.WriteAsync(text.DecodeLong(buffer.AsSpan(0, read)), cancel);
                    continue;
                }
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
