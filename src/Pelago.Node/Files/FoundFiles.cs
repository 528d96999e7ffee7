// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Text.Json;

namespace Pelago.Node.Files;

/// <summary>What a walk finds as lines of JSON, handed on as they come; the last line says that it is the last, and what was left out.</summary>
internal sealed class FoundFiles(Stream output) : IDisposable
{
    private const int HandOnAt = 32 * 1024;
    private readonly ArrayBufferWriter<byte> _lines = new(HandOnAt + 4096);
    private Utf8JsonWriter? _json;

    /// <summary>A line for each file that is wanted.</summary>
    public async Task FindAsync(IEnumerable<WalkStep> steps, FindQuery query, CancellationToken cancel)
    {
        foreach (WalkStep step in steps)
        {
            if (step.IsLeaving || !query.Takes(in step))
                continue;
            Write(step, null);
            await HandOnAsync(HandOnAt, cancel);
        }
    }

    /// <summary>A line for each directory, with what is taken on the disk by all that is in it: a file with several names counts once.</summary>
    /// <param name="depth">Directories below that depth have no line of their own.</param>
    public async Task AddUpAsync(IEnumerable<WalkStep> steps, int depth, CancellationToken cancel)
    {
        var sums = new Stack<(long Allocated, long Size)>();
        var seen = new HashSet<(ulong, ulong)>();
        sums.Push(default);
        foreach (WalkStep step in steps)
        {
            cancel.ThrowIfCancellationRequested();
            FileFacts facts = step.Facts;
            if (step.IsLeaving)
            {
                (long Allocated, long Size) sum = sums.Pop();
                if (DepthOf(step.Path) <= depth)
                    Write(step, sum);
                Add(sums, sum);
                await HandOnAsync(HandOnAt, cancel);
                continue;
            }
            bool isNew = facts.Links < 2 || facts.Type == 'd' || seen.Add((facts.Device, facts.Inode));
            (long Allocated, long Size) own = isNew ? (facts.Allocated, facts.Type == 'd' ? 0 : facts.Size) : default;
            if (facts.Type == 'd')
                sums.Push(own);
            else
                Add(sums, own);
            if (step.Path.Length == 0 && facts.Type != 'd')
                Write(step, own);
        }
    }

    /// <summary>A line for each directory in which names were left out, and the last line.</summary>
    public async Task EndAsync(FileWalk walk, CancellationToken cancel)
    {
        foreach ((string path, int names) in walk.Unnamed)
        {
            Utf8JsonWriter line = Begin();
            line.WriteString("path", path);
            line.WriteNumber("unnamed", names);
            End(line);
            await HandOnAsync(HandOnAt, cancel);
        }
        Utf8JsonWriter json = Begin();
        json.WriteStartObject("end");
        json.WriteNumber("visited", walk.Visited);
        json.WriteNumber("unreadable", walk.Unreadable);
        json.WriteBoolean("truncated", walk.IsCut);
        json.WriteEndObject();
        End(json);
        await HandOnAsync(0, cancel);
    }

    public void Dispose() => _json?.Dispose();

    private static int DepthOf(string path) => path.Length == 0 ? 0 : path.AsSpan().Count('/') + 1;

    private static void Add(Stack<(long Allocated, long Size)> sums, (long Allocated, long Size) more)
    {
        (long allocated, long size) = sums.Pop();
        sums.Push((allocated + more.Allocated, size + more.Size));
    }

    private void Write(in WalkStep step, (long Allocated, long Size)? sum)
    {
        FileFacts facts = step.Facts;
        Utf8JsonWriter json = Begin();
        json.WriteString("path", step.Path);
        json.WriteString("type", [facts.Type]);
        json.WriteNumber("size", sum?.Size ?? facts.Size);
        json.WriteNumber("allocated", sum?.Allocated ?? facts.Allocated);
        json.WriteNumber("mode", facts.Permissions);
        json.WriteNumber("links", facts.Links);
        json.WriteNumber("uid", facts.User);
        json.WriteNumber("gid", facts.Group);
        json.WriteString("modified", facts.Modified);
        if (step.Target is not null)
            json.WriteString("target", step.Target);
        End(json);
    }

    private Utf8JsonWriter Begin()
    {
        if (_json is null)
            _json = new Utf8JsonWriter(_lines);
        else
            _json.Reset(_lines);
        _json.WriteStartObject();
        return _json;
    }

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        _lines.Write("\n"u8);
    }

    private async Task HandOnAsync(int atLeast, CancellationToken cancel)
    {
        if (_lines.WrittenCount < atLeast || _lines.WrittenCount == 0)
            return;
        await output.WriteAsync(_lines.WrittenMemory, cancel);
        _lines.ResetWrittenCount();
    }
}
