// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Node.Kubelets;
using Pelago.Node.Serving;

namespace Pelago.Node.Tests.Serving;

/// <summary>A node's API that hears anybody, and a client of it.</summary>
internal sealed class TrustingNode : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly NodeServer _server;

    private TrustingNode(X509Certificate2 certificate, NodeServer server)
    {
        _certificate = certificate;
        _server = server;
        Client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData) },
        })
        { BaseAddress = new Uri($"https://127.0.0.1:{server.Port}") };
    }

    public HttpClient Client { get; }

    public static async Task<TrustingNode> StartAsync(Action<WebApplication> map, ILoggerFactory log, CancellationToken cancel)
    {
        X509Certificate2 certificate = AgentCertificate.Make(TimeProvider.System);
        var listener = new NodeListener("n1", new IPEndPoint(IPAddress.Loopback, 0), () => certificate, new Anybody());
        return new TrustingNode(certificate, await NodeServer.StartAsync(listener, map, log, cancel));
    }

    /// <summary>Ends the server: what it logs of open requests is there then.</summary>
    public ValueTask StopAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private sealed class Anybody : INodeCallers
    {
        public bool Takes(X509Certificate2 certificate) => true;

        public Task CheckAsync(HttpContext http) => Task.CompletedTask;
    }
}
