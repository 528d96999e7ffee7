// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;
using Pelago.Cli.Operate.Files;

namespace Pelago.Cli.Operate.Tail;

/// <summary>
/// Prints what sources write. Of a single one every byte at once; of several whole lines, with a header where the source changes or a prefix for each, and
/// in order of time where that is asked for. For many threads.
/// </summary>
internal sealed class TailOutput(StandardOutput output, TailWanted wanted) : IDisposable
{
    private const int LongestLine = 1 << 20;
    private const long MostHeld = 64L << 20;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly LineOrder<TailSource> _order = new(Window.Ticks, MostHeld);
    private TailSource? _last;
    private bool _several;

    /// <summary>There is more than one source from now on.</summary>
    public void ExpectSeveral() => _several = true;

    public async Task WriteAsync(TailSource source, ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        if (text.IsEmpty)
            return;
        await _gate.WaitAsync(cancel);
        try
        {
            if (!_several && !wanted.HasPrefix && !wanted.IsOrdered && source.Rest.WrittenCount == 0)
            {
                _last ??= source;
                await output.WriteAsync(text);
            }
            else
            {
                source.Rest.Write(text.Span);
                await WriteLinesAsync(source, all: false);
            }
            await output.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Nothing more comes of a source: its last line may have no end.</summary>
    public async Task EndAsync(TailSource source)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            await WriteLinesAsync(source, all: true);
            source.Rested();
            await output.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Prints what has been held long enough.</summary>
    public async Task ReleaseAsync(long now, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            while (_order.TryTake(now, out TailSource source, out byte[] line))
                await PrintAsync(source, line);
            await output.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task WriteLinesAsync(TailSource source, bool all)
    {
        ReadOnlyMemory<byte> lines = source.Rest.WrittenMemory;
        int whole = all ? lines.Length : lines.Span.LastIndexOf((byte)'\n') + 1;
        // Only a line that is too long itself goes in pieces: one that has just begun may not even have all of its time yet.
        if (lines.Length - whole > LongestLine)
            whole = lines.Length;
        if (whole == 0)
            return;
        ReadOnlyMemory<byte> ready = lines[..whole];
        if (wanted.IsOrdered)
            Hold(source, ready.Span);
        else
            await PrintAsync(source, ready);
        byte[] rest = lines[whole..].ToArray();
        source.Rest.ResetWrittenCount();
        source.Rest.Write(rest);
    }

    private void Hold(TailSource source, ReadOnlySpan<byte> lines)
    {
        long now = TimeProvider.System.GetUtcNow().Ticks;
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? lines : lines[..(end + 1)];
            lines = lines[line.Length..];
            int space = source.IsInLine ? -1 : line.IndexOf((byte)' ');
            string time = space is > 0 and <= 40 ? Encoding.ASCII.GetString(line[..space]).TrimEnd('Z').PadRight(29, '0') : "";
            source.LastTime = string.CompareOrdinal(time, source.LastTime) > 0 ? time : source.LastTime;
            _order.Add(source, source.LastTime, (wanted.HasTimes || space < 0 ? line : line[(space + 1)..]).ToArray(), now);
            source.IsInLine = line[^1] != (byte)'\n';
        }
    }

    private async Task PrintAsync(TailSource source, ReadOnlyMemory<byte> lines)
    {
        if (wanted.HasPrefix)
        {
            await output.WriteAsync(Prefixed(Encoding.UTF8.GetBytes(source.Title + ": "), lines.Span));
            return;
        }
        if (_several && !wanted.IsQuiet && _last != source)
            await output.WriteAsync($"{(_last is null ? "" : "\n")}==> {source.Title} <==\n");
        _last = source;
        await output.WriteAsync(lines);
    }

    private static ReadOnlyMemory<byte> Prefixed(byte[] prefix, ReadOnlySpan<byte> lines)
    {
        var text = new ArrayBufferWriter<byte>(lines.Length + 256);
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? lines : lines[..(end + 1)];
            text.Write(prefix);
            text.Write(line);
            lines = lines[line.Length..];
        }
        return text.WrittenMemory;
    }
}
