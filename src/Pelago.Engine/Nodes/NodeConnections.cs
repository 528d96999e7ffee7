// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Engine.Authentication;
using Pelago.Engine.Certificates;
using Pelago.Kube;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Nodes;

/// <summary>Connections to the APIs of nodes, both sides showing certificates of the cluster's authority.</summary>
internal sealed class NodeConnections : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromHours(4), AllowResponseBuffering = false,
        Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>A log is followed for as long as its container is silent, as upstream: only streams with input have a kubelet's four hours.</summary>
    private static readonly ForwarderRequestConfig Patient = Config with { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private readonly IHttpForwarder _forwarder;
    private readonly Func<X509Certificate2> _client;
    private readonly X509Certificate2 _authority;

    public NodeConnections(ClusterPki pki, IHttpForwarder forwarder)
    {
        _forwarder = forwarder;
        _client = () => pki.NodeProxyClient;
        _authority = pki.Authority;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null, ConnectTimeout = ConnectTimeout, SslOptions = Tls(), PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectCallback = static (context, cancel) => ConnectAsync(context.DnsEndPoint, cancel),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Hands the exchange on to a node: bodies as they stream, upgraded connections byte for byte.</summary>
    public Task ForwardAsync(HttpContext http, NodeEndpoint node, string pathAndQuery, CancellationToken cancel) =>
        ForwardAsync(http, Invoker, node.Url(pathAndQuery), $"node {node.Node}", cancel);

    /// <summary>As <see cref="ForwardAsync(HttpContext, NodeEndpoint, string, CancellationToken)"/>, of an answer that may be silent for any time.</summary>
    public Task ForwardPatientlyAsync(HttpContext http, NodeEndpoint node, string pathAndQuery, CancellationToken cancel) =>
        ForwardAsync(http, Invoker, node.Url(pathAndQuery), $"node {node.Node}", Patient, cancel);

    public Task ForwardAsync(HttpContext http, HttpMessageInvoker invoker, Uri target, string whom, CancellationToken cancel) =>
        ForwardAsync(http, invoker, target, whom, Config, cancel);

    /// <summary>A connection to a TCP port of a pod, through its node.</summary>
    public async Task<Stream> TunnelAsync(NodeEndpoint node, string ns, string pod, int port, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, node.Url($"/tunnel/{ns}/{pod}?port={port}"))
        {
            Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new System.Net.Http.Headers.ProductHeaderValue("tcp"));
        HttpResponseMessage response = await Invoker.SendAsync(request, cancel);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            return await response.Content.ReadAsStreamAsync(cancel);
        using (response)
        {
            string said = await response.Content.ReadAsStringAsync(cancel);
            throw new IOException(ApiStatus.FromJson(System.Text.Json.Nodes.JsonNode.Parse(said))?.Message ?? $"the node answered {(int)response.StatusCode}");
        }
    }

    public void Dispose() => Invoker.Dispose();

    private async Task ForwardAsync(HttpContext http, HttpMessageInvoker invoker, Uri target, string whom, ForwarderRequestConfig config, CancellationToken cancel)
    {
        ForwarderError error = await _forwarder.SendAsync(http, target.GetLeftPart(UriPartial.Authority), invoker, config, new Retarget(target), cancel);
        if (error is ForwarderError.None || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            return;
        string why = http.Features.Get<IForwarderErrorFeature>()?.Exception?.GetBaseException().Message ?? error.ToString();
        throw new ApiStatusException(ApiStatus.Unavailable($"{whom} at {target.Authority} cannot be reached: {why}"));
    }

    /// <summary>Who follows a silent log of a node that vanished hears of it.</summary>
    internal static async ValueTask<Stream> ConnectAsync(DnsEndPoint node, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            TcpKeepAlive.SetOn(socket);
            await socket.ConnectAsync(node, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Tls()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_authority);
        return new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _client(),
            CertificateChainPolicy = policy,
        };
    }

    /// <summary>The node sees the API server's credentials and address, never the client's.</summary>
    private sealed class Retarget(Uri target) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            FrontProxy.Strip(httpContext.Request.Headers);
            httpContext.Request.Headers.Remove("Authorization");
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = null;
            proxyRequest.RequestUri = target;
        }
    }
}
