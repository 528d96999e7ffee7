// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Node.Dns.Forwarding;

namespace Pelago.Node.Dns;

/// <summary>Listens for queries over UDP and TCP. Queries under way and connections are bounded; what comes beyond waits or is dropped.</summary>
internal sealed class DnsServer : IDisposable
{
    private const int MaxQuery = 4096;
    private const int MaxUnderWay = 512;
    private const int MaxConnections = 128;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly DnsResponder _responder;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _queries = new(MaxUnderWay);
    private readonly SemaphoreSlim _connections = new(MaxConnections);

    public DnsServer(Socket udp, Socket tcp, DnsResponder responder, TimeProvider time)
    {
        _udp = udp;
        _tcp = tcp;
        _responder = responder;
        _time = time;
    }

    public IPEndPoint Address => (IPEndPoint)_udp.LocalEndPoint!;

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(ReceiveAsync(cancel), AcceptAsync(cancel));

    /// <summary>After <see cref="RunAsync"/> was cancelled.</summary>
    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancel)
    {
        byte[] buffer = new byte[MaxQuery];
        var any = new IPEndPoint(IPAddress.Any, 0);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, any, cancel);
                if (await _queries.WaitAsync(TimeSpan.Zero, cancel))
                    _ = AnswerAsync(buffer[..received.ReceivedBytes], received.RemoteEndPoint, cancel);
            }
            catch (SocketException)
            {
                // An earlier answer could not be delivered: nothing that concerns the next query.
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(byte[] query, EndPoint client, CancellationToken cancel)
    {
        try
        {
            if (await _responder.RespondAsync(query, overTcp: false, cancel) is { } answer)
                await _udp.SendToAsync(answer, SocketFlags.None, client, cancel);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client asks again.
        }
        finally
        {
            _queries.Release();
        }
    }

    private async Task AcceptAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await _connections.WaitAsync(cancel);
                Socket client;
                try
                {
                    client = await _tcp.AcceptAsync(cancel);
                }
                catch
                {
                    _connections.Release();
                    throw;
                }
                _ = ServeAsync(client, cancel);
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            while (await ReadAsync(stream, cancel) is { } query)
            {
                if (await _responder.RespondAsync(query, overTcp: true, cancel) is not { } answer)
                    return;
                using var patience = Patience(cancel, out CancellationTokenSource timeout);
                using (timeout)
                    await TcpFraming.WriteAsync(stream, answer, patience.Token);
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or too slow.
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken cancel)
    {
        using var patience = Patience(cancel, out CancellationTokenSource timeout);
        using (timeout)
            return await TcpFraming.ReadAsync(stream, patience.Token);
    }

    private CancellationTokenSource Patience(CancellationToken cancel, out CancellationTokenSource timeout)
    {
        timeout = new CancellationTokenSource(Idle, _time);
        return CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
    }
}
