// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;

namespace Pelago.Cli.Dcsh;

/// <summary>What several runs get of standard input.</summary>
internal enum InputSharing
{
    None,

    /// <summary>Each all of it.</summary>
    Broadcast,

    /// <summary>Each line goes to one of them, in turn.</summary>
    Lines,
}

/// <summary>
/// Standard input that is read once for several runs. What a run does not take holds the others back when a bounded amount waits for it; of lines it is
/// passed over meanwhile. A run that has ended takes no more, and holds nobody back.
/// </summary>
internal sealed class SharedInput
{
    private const int Chunk = 64 * 1024;
    private const int LongestLine = 1 << 20;
    private readonly Pipe[] _shares;
    private readonly bool _isBroadcast;

    public SharedInput(int runs, bool isBroadcast)
    {
        var options = new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false);
        (_shares, _isBroadcast) = ([.. Enumerable.Range(0, runs).Select(_ => new Pipe(options))], isBroadcast);
    }

    /// <summary>What a run reads.</summary>
    public Stream Of(int run) => _shares[run].Reader.AsStream();

    /// <summary>The run has ended.</summary>
    public void Leave(int run) => _shares[run].Reader.Complete();

    /// <summary>Deals out all of the source, then ends every share.</summary>
    public async Task DealAsync(Stream source, CancellationToken cancel)
    {
        Exception? fault = null;
        try
        {
            await (_isBroadcast ? BroadcastAsync(source, cancel) : DealLinesAsync(source, cancel));
        }
        catch (Exception broken)
        {
            // Whatever it is, who reads a share hears of it.
            fault = broken;
        }
        foreach (Pipe share in _shares)
            await share.Writer.CompleteAsync(fault);
    }

    private async Task BroadcastAsync(Stream source, CancellationToken cancel)
    {
        byte[] buffer = new byte[Chunk];
        int read;
        while ((read = await source.ReadAsync(buffer, cancel)) > 0)
            await Task.WhenAll(_shares.Select(share => share.Writer.WriteAsync(buffer.AsMemory(0, read), cancel).AsTask()));
    }

    private async Task DealLinesAsync(Stream source, CancellationToken cancel)
    {
        PipeReader lines = PipeReader.Create(source);
        var pending = new Task<FlushResult>?[_shares.Length];
        int next = 0;
        // Whose the line is that has been cut.
        int? owner = null;
        while (true)
        {
            ReadResult read = await lines.ReadAsync(cancel);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (!rest.IsEmpty)
            {
                SequencePosition? newline = rest.PositionOf((byte)'\n');
                if (newline is null && !read.IsCompleted && rest.Length < LongestLine)
                    break;
                SequencePosition end = newline is { } at ? rest.GetPosition(1, at) : rest.End;
                if (owner is { } same && pending[same] is { } flush)
                    await flush.WaitAsync(cancel);
                if ((owner ?? await TurnAsync(pending, next, cancel)) is not { } turn)
                    return;
                // Of a run that has ended the rest of its line is nobody's.
                if (pending[turn] is not { IsCompletedSuccessfully: true } last || !(await last).IsCompleted)
                {
                    foreach (ReadOnlyMemory<byte> part in rest.Slice(0, end))
                        _shares[turn].Writer.Write(part.Span);
                    pending[turn] = _shares[turn].Writer.FlushAsync(cancel).AsTask();
                }
                rest = rest.Slice(end);
                (next, owner) = (turn + 1, newline is null ? turn : null);
            }
            lines.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                break;
        }
        foreach (Task<FlushResult> flush in pending.OfType<Task<FlushResult>>())
            await flush;
    }

    /// <summary>The next share that takes something; null when all runs have ended.</summary>
    private async Task<int?> TurnAsync(Task<FlushResult>?[] pending, int next, CancellationToken cancel)
    {
        while (true)
        {
            // Each is looked at once: it may complete at any moment.
            List<Task<FlushResult>>? waiting = null;
            for (int i = 0; i < _shares.Length; i++)
            {
                int turn = (next + i) % _shares.Length;
                if (pending[turn] is not { } flush)
                    return turn;
                if (!flush.IsCompleted)
                    (waiting ??= []).Add(flush);
                else if (!(await flush).IsCompleted)
                    return turn;
            }
            if (waiting is null)
                return null;
            await Task.WhenAny(waiting).WaitAsync(cancel);
        }
    }
}
