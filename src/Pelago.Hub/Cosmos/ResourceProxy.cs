// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Pelago.Client.Local;
using Pelago.Hub.Catalogs;
using Pelago.Hub.Page.Files;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>
/// /package/resource: brings what a package names as its own (pictures, files, command lines) to browsers that cannot reach it. Only addresses that
/// stand in a package are asked, and none on this machine or its link, unless the package is from there.
/// </summary>
internal sealed class ResourceProxy(CatalogCache catalogs) : IDisposable
{
    private const long MaxBytes = 512L * 1024 * 1024;
    private static readonly TimeSpan ForHeaders = TimeSpan.FromSeconds(30);
    private static readonly HttpRequestOptionsKey<string> Neighbour = new("pelago-neighbour");
    // A connection is looked at when it is made, for the package of whom it is made: no other package's may go over it.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxAutomaticRedirections = 5, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10), ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task AnswerAsync(HttpContext http, CancellationToken cancel)
    {
        string url = http.Request.Query["url"].ToString();
        if (url.Length == 0)
            throw CosmosErrors.Together([CosmosErrors.NotPresent("param 'url'")]);
        if (!catalogs.Current().AssetAddresses.TryGetValue(url, out RepositoryEntry? repository))
            throw CosmosErrors.Forbidden("only what a package names is fetched, and no package names this address", url, "resource");
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address))
            throw CosmosErrors.EndpointUriSyntax(url, "it is not absolute");
        using HttpResponseMessage answer = await AskAsync(address, repository, cancel);
        if (!answer.IsSuccessStatusCode)
            throw CosmosErrors.GenericHttpError(url, (int)answer.StatusCode, $"it answered {(int)answer.StatusCode}");
        if (answer.Content.Headers.ContentLength is not (> 0 and <= MaxBytes and var length))
            throw CosmosErrors.GenericHttpError(url, 502, $"it does not say that it has between 1 and {MaxBytes} bytes");
        http.Response.ContentLength = length;
        // Whatever it is, it is nothing that this server's pages may run.
        http.Response.ContentType = answer.Content.Headers.ContentType?.MediaType is { } type && type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? type : "application/octet-stream";
        SecurityHeaders.MarkForeign(http);
        if (NameOf(address) is { } name)
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        await body.CopyToAsync(http.Response.Body, cancel);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(Uri address, RepositoryEntry repository, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (RepositoryEntry.IsHttp(repository.Uri))
            request.Options.Set(Neighbour, new Uri(repository.Uri).IdnHost);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(ForHeaders);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw CosmosErrors.TimeoutError("fetching a resource", address.GetLeftPart(UriPartial.Authority), (int)ForHeaders.TotalSeconds);
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException)
        {
            throw CosmosErrors.EndpointUriConnection(address.AbsoluteUri, fault.Message);
        }
    }

    /// <summary>Names may lead anywhere: it is the address that counts, at the moment of the connection.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        string host = context.DnsEndPoint.Host;
        bool isNeighbour = context.InitialRequestMessage.Options.TryGetValue(Neighbour, out string? neighbour) && neighbour == host;
        IPAddress[] addresses = [.. (await Dns.GetHostAddressesAsync(host, cancel)).Where(address => isNeighbour || !IsOwn(address))];
        if (addresses.Length == 0)
            throw new HttpRequestException($"{host} is on this machine or its link, and the package is not from there");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsOwn(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any))
            return true;
        byte[] bytes = plain.GetAddressBytes();
        return (bytes.Length == 4 && (bytes[0] == 0 || (bytes[0] == 169 && bytes[1] == 254)))
            || MachineAddresses.Read().Any(own => own.Address.Equals(plain));
    }

    private static string? NameOf(Uri address)
    {
        string name = Uri.UnescapeDataString(address.AbsolutePath.TrimEnd('/').Split('/')[^1]);
        return name.Length is > 0 and < 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '+') ? name : null;
    }
}
