// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Connections to one aggregated server: to any ready endpoint of its Service, by TLS in the name of the Service, with the front proxy's client
/// certificate. Kept as long as its APIService says the same.
/// </summary>
internal sealed class RemoteConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // endpoints come and go: a connection is not used for ever
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private readonly ServiceResolver _resolver;

    public RemoteConnection(ApiService service, ServiceResolver resolver, Func<X509Certificate2> client)
    {
        Service = service;
        _resolver = resolver;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = Lifetime,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ConnectCallback = (_, cancel) => ConnectAsync(cancel),
            PlaintextStreamFilter = static (context, _) => new(new HeaderLineStream(context.PlaintextStream)),
            SslOptions = Tls(service, client),
        };
        Invoker = new HttpMessageInvoker(handler);
        Prefix = $"https://{service.Service!.Host}:{service.Service.Port}";
    }

    public ApiService Service { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Scheme and authority of every request; the authority never leaves the TLS handshake.</summary>
    public string Prefix { get; }

    public void Dispose() => Invoker.Dispose();

    private static SslClientAuthenticationOptions Tls(ApiService service, Func<X509Certificate2> client)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = service.Service!.Host,
            LocalCertificateSelectionCallback = (_, _, _, _, _) => client(),
        };
        if (service.SkipsVerification)
#pragma warning disable CA5359 // its administrator asked for that with insecureSkipTLSVerify
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (service.AuthorityBundle.Length > 0)
            options.CertificateChainPolicy = Trusting(service);
        return options;
    }

    private static X509ChainPolicy Trusting(ApiService service)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(service.AuthorityBundle)));
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            // a bundle that cannot be read trusts nobody; the probe will say so in the condition
        }

        return policy;
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancel)
    {
        ServiceAddresses addresses = _resolver.Resolve(Service.Service!);
        if (addresses.Ready.Count == 0)
            throw new IOException(addresses.Message);
        int first = Random.Shared.Next(addresses.Ready.Count);
        for (int i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(addresses.Ready[(first + i) % addresses.Ready.Count], cancel);
            }
            catch (SocketException) when (i + 1 < addresses.Ready.Count)
            {
                // the next endpoint may be better
            }
        }
    }

    private static async Task<Stream> ConnectAsync(EndPoint endpoint, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
