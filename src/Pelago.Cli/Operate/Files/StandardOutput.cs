// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Cli.Dcsh;

namespace Pelago.Cli.Operate.Files;

/// <summary>
/// The bytes that go to stdout. When nobody reads them any more (<c>| head</c>), the work ends and says nothing, as when a signal ends a program.
/// </summary>
internal sealed class StandardOutput : IAsyncDisposable
{
    /// <summary>What a shell reports of a program that a closed pipe has ended.</summary>
    private const int ClosedPipe = 141;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _closed;

    internal StandardOutput(Stream stream, CancellationToken cancel)
    {
        _stream = stream;
        _closed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <summary>Cancelled when nobody reads any more.</summary>
    public CancellationToken Token => _closed.Token;

    public bool IsClosed { get; private set; }

    /// <summary>Runs a command that writes; its exit code.</summary>
    public static async Task<int> UseAsync(Func<StandardOutput, Task<int>> work, CancellationToken cancel)
    {
        await using var output = new StandardOutput(StandardStreams.Output(), cancel);
        try
        {
            int code = await work(output);
            await output.FlushAsync();
            return output.IsClosed ? ClosedPipe : code;
        }
        catch (OperationCanceledException) when (output.IsClosed && !cancel.IsCancellationRequested)
        {
            return ClosedPipe;
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException fault) when (StandardStreams.IsReaderGone(fault))
        {
            IsClosed = true;
            await _closed.CancelAsync();
            _closed.Token.ThrowIfCancellationRequested();
        }
        catch (IOException fault)
        {
            throw new CliException($"standard output could not be written: {fault.Message}");
        }
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task FlushAsync()
    {
        if (!IsClosed)
            await _stream.FlushAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _closed.Dispose();
    }
}
