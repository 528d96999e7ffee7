// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// Standard input on its way to a run. A read that nobody waits for any more is left behind: there is no way to take it back from a terminal or a pipe.
/// </summary>
/// <param name="source">What is read.</param>
/// <param name="progress">How far.</param>
/// <param name="ended">Told at the end.</param>
/// <param name="left">From a terminal: told when its person wants to leave; null: every byte goes there.</param>
internal sealed class CountedInput(Stream source, InputProgress progress, Func<long, Task> ended, Action? left = null) : Stream
{
    private readonly EscapeKeys? _keys = left is null ? null : new EscapeKeys();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read, kept;
        do
        {
            // A tilde that was held back needs a place of its own.
            Memory<byte> room = _keys is null ? buffer : buffer[..^1];
            read = await ReadOrEndAsync(room, cancellationToken);
            bool leaves = false;
            kept = _keys?.Filter(buffer.Span, read, out leaves) ?? read;
            if (leaves)
                left!();
        }
        while (kept == 0 && read > 0);
        progress.Count += kept;
        if (read == 0 && !progress.HasEnded)
        {
            progress.HasEnded = true;
            await ended(progress.Count);
        }

        return kept;
    }

    /// <summary>What could never be read is empty, and so is what is left of a terminal that is gone; only of what has begun to come must all come.</summary>
    private async Task<int> ReadOrEndAsync(Memory<byte> room, CancellationToken cancel)
    {
        const int inputOutputError = 5; // EIO
        try
        {
            return await Task.Run(() => source.ReadAsync(room, CancellationToken.None).AsTask(), CancellationToken.None).WaitAsync(cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && (progress.Count == 0 || fault.HResult == inputOutputError))
        {
            return 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>How far standard input was read.</summary>
internal sealed class InputProgress
{
    public long Count { get; set; }

    /// <summary>Nothing more comes.</summary>
    public bool HasEnded { get; set; }
}
