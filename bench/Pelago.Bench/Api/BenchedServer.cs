// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Pelago.Client;
using Pelago.Client.Http;

namespace Pelago.Bench.Api;

/// <summary>
/// One API server under test: requests to it over TLS and HTTP/2 as any client sends them, on several connections, and what its processes
/// used meanwhile. Nothing here depends on which server it is.
/// </summary>
internal sealed class BenchedServer : IDisposable
{
    private const int Connections = 8;
    private readonly HttpClient[] _clients;
    private readonly ClusterConnection _connection;

    public BenchedServer(string name, string kubeconfig, string? context = null)
    {
        Name = name;
        _connection = Kubeconfig.Load(kubeconfig).Connect(context, TimeProvider.System);
        _clients = [.. Enumerable.Range(0, Connections).Select(_ => Connect())];
    }

    /// <summary>Prefix of its figures: empty for ours, <c>peer.</c> for the other.</summary>
    public string Name { get; }

    /// <summary>Set when the first connections are there, for it is found by them.</summary>
    public ServerProcesses Processes => field ??= ServerProcesses.Of(_connection.Server.Port);

    /// <summary>A connection of its own, for a reader that fills it.</summary>
    public HttpClient Connect()
    {
        SocketsHttpHandler handler = new ConnectionHandler(_connection, HttpKubeApiOptions.Default).Create();
        handler.EnableMultipleHttp2Connections = false;
        var client = new HttpClient(handler)
        {
            BaseAddress = _connection.Server, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromMinutes(2),
        };
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return client;
    }

    /// <summary>Sends one request, reads the answer to its end and gives its length; anything but success is a bug of the bench.</summary>
    public async Task<long> SendAsync(int client, HttpMethod method, string path, byte[]? body, CancellationToken cancel, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using HttpResponseMessage response = await _clients[client % Connections].SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode && !(method == HttpMethod.Delete && response.StatusCode == HttpStatusCode.NotFound))
            throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancel)}", null, response.StatusCode);
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        return await DrainAsync(stream, cancel);
    }

    public void Dispose()
    {
        foreach (HttpClient client in _clients)
            client.Dispose();
    }

    private static async Task<long> DrainAsync(Stream stream, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        long total = 0;
        while (await stream.ReadAsync(buffer, cancel) is int read and > 0)
            total += read;
        ArrayPool<byte>.Shared.Return(buffer);
        return total;
    }
}
