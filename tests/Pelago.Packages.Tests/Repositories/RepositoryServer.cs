// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pelago.Packages.Tests.Repositories;

/// <summary>A server on a port of its own that answers each request as a test says: in order or out of order.</summary>
internal sealed class RepositoryServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _serving;

    public RepositoryServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Uri => $"http://{_listener.LocalEndpoint}/repo";

    /// <summary>The request lines and headers so far, a text each.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Sends documents by path, and nothing to whoever has them already.</summary>
    public static RepositoryServer Of(Func<string, byte[]?> documents, string? tag = null) => new(async (request, stream, cancel) =>
    {
        byte[]? body = documents(request.Split(' ')[1]);
        string status = body is null ? "404 Not Found" : "200 OK";
        if (tag is not null && request.Contains($"If-None-Match: {tag}", StringComparison.OrdinalIgnoreCase))
            (status, body) = ("304 Not Modified", null);
        string head = $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {(body?.Length ?? 0).ToString(CultureInfo.InvariantCulture)}\r\n{(tag is null ? "" : $"ETag: {tag}\r\n")}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancel);
        await stream.WriteAsync(body ?? [], cancel);
    });

    /// <summary>Takes connections and says nothing until the test is over.</summary>
    public static RepositoryServer Silent() => new((_, _, cancel) => Task.Delay(Timeout.Infinite, cancel)); // never over by itself: a server that is too slow

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving; // before its listener goes: what has none cannot wait for anybody
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[16384];
                int read = await stream.ReadAsync(buffer, _stop.Token);
                string request = Encoding.ASCII.GetString(buffer, 0, read);
                lock (Requests)
                    Requests.Add(request);
                await _answer(request, stream, _stop.Token);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // The client has heard enough, or the test is over.
            }
        }
    }
}
