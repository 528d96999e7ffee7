// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// Port forwarding over SPDY: for each connection the client opens two streams, <c>error</c> and <c>data</c>, with the same <c>requestid</c> and the
/// <c>port</c> (upstream k8s.io/kubelet portforward/httpstream.go). One that fails says why and leaves the others alone.
/// </summary>
internal sealed class SpdyPortForward(SpdyConnection client, Func<int, CancellationToken, Task<Stream>> dial)
{
    public const string Protocol = "portforward.k8s.io";
    private readonly Dictionary<string, (int Error, int Data)> _halves = new(StringComparer.Ordinal);
    private readonly Dictionary<int, ForwardedConnection> _connections = [];

    /// <summary>Returns when the client has left; what is still connected ends then.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            while (await client.ReceiveAsync(cancel) is { } happened)
            {
                _connections.TryGetValue(happened.StreamId, out ForwardedConnection? connection);
                switch (happened.Kind)
                {
                    case SpdyEventKind.Opened:
                        await OpenAsync(happened.StreamId, happened.Headers!, ended.Token);
                        break;
                    case SpdyEventKind.Data when connection is not null:
                        await connection.TakeAsync(happened.Data, ended.Token);
                        break;
                    case SpdyEventKind.Data:
                        // Of a connection that is over, or that lacks its other stream.
                        await client.RefuseAsync(happened.StreamId, RstStatus.Cancel, ended.Token);
                        ForgetHalf(happened.StreamId);
                        break;
                    case SpdyEventKind.Ended when connection is not null:
                        connection.TakeEnd();
                        break;
                    case SpdyEventKind.Reset when connection is not null:
                        connection.Abort();
                        break;
                    case SpdyEventKind.Reset:
                        ForgetHalf(happened.StreamId);
                        break;
                }
                ForgetFinished();
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(_connections.Values.Select(connection => connection.Finished)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (ForwardedConnection connection in _connections.Values)
                connection.Dispose();
        }
    }

    private async Task OpenAsync(int stream, IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
    {
        bool isError = headers.GetValueOrDefault("streamtype") == "error";
        if ((!isError && headers.GetValueOrDefault("streamtype") != "data") || Port(headers) is not { } port)
        {
            await client.RefuseAsync(stream, RstStatus.ProtocolError, cancel);
            return;
        }

        // Clients that number no requests open the error stream first and the data stream right after it.
        string request = headers.GetValueOrDefault("requestid") ?? $"stream {(isError ? stream : stream - 2)}";
        (int error, int data) = _halves.GetValueOrDefault(request);
        if ((isError ? error : data) != 0)
        {
            await client.RefuseAsync(stream, RstStatus.ProtocolError, cancel);
            return;
        }
        await client.TakeAsync(stream, cancel);
        (error, data) = isError ? (stream, data) : (error, stream);
        if (error == 0 || data == 0)
        {
            _halves[request] = (error, data);
            return;
        }
        _halves.Remove(request);
        _connections[data] = ForwardedConnection.Start(client, (data, error), port, dial, cancel);
    }

    private void ForgetFinished()
    {
        foreach ((int stream, ForwardedConnection connection) in _connections.Where(pair => pair.Value.Finished.IsCompleted).ToList())
        {
            connection.Dispose();
            _connections.Remove(stream);
        }
    }

    private void ForgetHalf(int stream)
    {
        foreach (string request in _halves.Where(pair => pair.Value.Error == stream || pair.Value.Data == stream).Select(pair => pair.Key).ToList())
            _halves.Remove(request);
    }

    private static int? Port(IReadOnlyDictionary<string, string> headers) =>
        int.TryParse(headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536 ? port : null;
}
