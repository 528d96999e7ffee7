// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// One connection of a port-forward. What the client sends waits in a small pipe while the port is slow, so that the other connections go on;
/// when that is full, all wait: there is no other way to hold one stream back.
/// </summary>
internal sealed class ForwardedConnection : IDisposable
{
    private const int MaxWaiting = 64 * 1024;
    private static readonly PipeOptions Bounded = new(pauseWriterThreshold: MaxWaiting, resumeWriterThreshold: MaxWaiting / 2, useSynchronizationContext: false);
    private readonly SpdyConnection _client;
    private readonly (int Data, int Error) _streams;
    private readonly Pipe _waiting = new(Bounded);
    private readonly CancellationToken _session;
    private readonly CancellationTokenSource _ended;

    private ForwardedConnection(SpdyConnection client, (int Data, int Error) streams, CancellationToken cancel)
    {
        _client = client;
        _streams = streams;
        _session = cancel;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <summary>Completes when the port and the client have ended, however.</summary>
    public Task Finished { get; private set; } = Task.CompletedTask;

    public static ForwardedConnection Start(
        SpdyConnection client, (int Data, int Error) streams, int port, Func<int, CancellationToken, Task<Stream>> dial, CancellationToken cancel)
    {
        var connection = new ForwardedConnection(client, streams, cancel);
        connection.Finished = connection.RunAsync(port, dial);
        return connection;
    }

    /// <summary>Called by the one who receives, as are the other two and Dispose.</summary>
    public async Task TakeAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => await _waiting.Writer.WriteAsync(data, cancel);

    public void TakeEnd() => _waiting.Writer.Complete();

    public void Abort()
    {
        _waiting.Writer.Complete();
        _ended.Cancel();
    }

    public void Dispose() => _ended.Dispose();

    private async Task RunAsync(int port, Func<int, CancellationToken, Task<Stream>> dial)
    {
        try
        {
            await using Stream target = await dial(port, _ended.Token);
            Task up = UpAsync(target);
            await DownAsync(target);
            await EndAsync();
            await up;
        }
        catch (Exception fault) when (fault is SocketException or IOException or RuntimeException)
        {
            await _client.WriteAsync(_streams.Error, Encoding.UTF8.GetBytes($"port {port} cannot be reached: {fault.Message}"), _ended.Token);
            await EndAsync();
        }
        catch (OperationCanceledException) when (!_session.IsCancellationRequested)
        {
            // The client broke off its data, and is done with this connection when the errors end.
            await _client.EndAsync(_streams.Error, _session);
        }
        finally
        {
            await _waiting.Reader.CompleteAsync();
        }
    }

    /// <summary>The error stream too: clients read it to its end before they are done with a connection.</summary>
    private async Task EndAsync()
    {
        await _client.EndAsync(_streams.Data, _ended.Token);
        await _client.EndAsync(_streams.Error, _ended.Token);
    }

    /// <summary>From the client to the port, and the end of it as the end there.</summary>
    private async Task UpAsync(Stream target)
    {
        try
        {
            await _waiting.Reader.CopyToAsync(target, _ended.Token);
            (target as NetworkStream)?.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException)
        {
            // It reads no more; what it still says is sent on.
        }
        finally
        {
            // From now on what the client sends is dropped instead of waiting.
            await _waiting.Reader.CompleteAsync();
        }
    }

    private async Task DownAsync(Stream target)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FrameLayout.MaxDataBytes);
        try
        {
            int read;
            while ((read = await target.ReadAsync(buffer.AsMemory(0, FrameLayout.MaxDataBytes), _ended.Token)) > 0)
                await _client.WriteAsync(_streams.Data, buffer.AsMemory(0, read), _ended.Token);
        }
        catch (IOException)
        {
            // It is gone: that is its end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
