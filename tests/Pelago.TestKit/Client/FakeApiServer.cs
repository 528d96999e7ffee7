// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Pelago.Client;

namespace Pelago.TestKit.Client;

/// <summary>A real server on a free port of the loopback that answers every request with one handler.</summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeApiServer(WebApplication app, X509Certificate2? authority)
    {
        _app = app;
        Authority = authority;
    }

    /// <summary>The certificate of the server, which is its own authority; null without TLS.</summary>
    public X509Certificate2? Authority { get; }

    public Uri Url => new(_app.Urls.First());

    /// <summary>Listens; <paramref name="handler"/> is called for many requests at once.</summary>
    public static Task<FakeApiServer> StartAsync(RequestDelegate handler, bool tls, CancellationToken cancel) => StartAsync(handler, tls ? Certificate(null) : null, cancel);

    /// <summary>The same with TLS, whose certificate is for a name, too.</summary>
    public static Task<FakeApiServer> StartAsync(RequestDelegate handler, string host, CancellationToken cancel) => StartAsync(handler, Certificate(host), cancel);

    /// <summary>How a client reaches it, without anything that says who the client is.</summary>
    public ClusterConnection Connection() => new()
    {
        Cluster = "fake", Server = Url, Authorities = Authority is null ? null : [Authority], AuthoritiesSource = "/etc/fake/ca.crt",
    };

    /// <summary>The same as a kubeconfig (JSON, which is YAML) whose current context is <c>fake</c>. Without TLS only.</summary>
    public string ToKubeconfig() => $$$"""
        {"apiVersion":"v1","kind":"Config","current-context":"fake","contexts":[{"name":"fake","context":{"cluster":"fake","user":"fake"}}],
         "clusters":[{"name":"fake","cluster":{"server":"{{{Url}}}"}}],"users":[{"name":"fake","user":{}}]}
        """;

    /// <summary>A client of it.</summary>
    public HttpKubeApi Connect(HttpKubeApiOptions options) => new(Connection(), options, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
    }

    private static async Task<FakeApiServer> StartAsync(RequestDelegate handler, X509Certificate2? certificate, CancellationToken cancel)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
        }));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Run(handler);
        await app.StartAsync(cancel);
        return new FakeApiServer(app, certificate);
    }

    private static X509Certificate2 Certificate(string? host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fake-server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        if (host is not null)
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
