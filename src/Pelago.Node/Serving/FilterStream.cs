// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Node.Serving;

/// <summary>What is written to it goes through a filter of lines, and what is left of it to an answer.</summary>
internal sealed class FilterStream : Stream
{
    private const int HandOnAt = 32 * 1024;
    private readonly ArrayBufferWriter<byte> _picked = new();
    private readonly LineFilter _filter;
    private readonly Stream _output;
    private readonly CancellationTokenSource _enough;

    /// <param name="enough">Is cancelled when nothing that comes can change the answer.</param>
    /// <exception cref="ApiStatusException">The query cannot be answered.</exception>
    public FilterStream(LineQuery query, Stream output, CancellationTokenSource enough)
    {
        _filter = LineFilter.Of(query, _picked, out string? error) ?? throw new ApiStatusException(ApiStatus.BadRequest($"pattern: {error}"));
        (_output, _enough) = (output, enough);
    }

    public bool IsDone => _filter.IsDone;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _filter.Push(buffer.Span);
        if (_picked.WrittenCount >= HandOnAt)
            await HandOnAsync(cancellationToken);
        if (_filter.IsDone)
            await _enough.CancelAsync();
    }

    public async Task EndAsync(CancellationToken cancel)
    {
        _filter.End();
        await HandOnAsync(cancel);
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task HandOnAsync(CancellationToken cancel)
    {
        await _output.WriteAsync(_picked.WrittenMemory, cancel);
        _picked.ResetWrittenCount();
    }
}
