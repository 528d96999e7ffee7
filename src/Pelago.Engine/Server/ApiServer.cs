// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pelago.Engine.Server;

/// <summary>
/// Kestrel with the options that API clients need, and nothing of ASP.NET between it and the <see cref="RequestPipeline"/>: HTTP/1.1 and HTTP/2,
/// many streams on a connection, client certificates welcome and never required.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const int MaxStreamsPerConnection = 1000;
    private const int MaxHeaderBytes = 64 * 1024;
    private readonly WebApplication _kestrel;

    private ApiServer(WebApplication kestrel, Uri address)
    {
        _kestrel = kestrel;
        Address = address;
    }

    /// <summary>Where it really listens.</summary>
    public Uri Address { get; }

    /// <summary><paramref name="certificate"/> null: plain HTTP. It is asked for at each handshake, so a renewed one is used at once.</summary>
    public static async Task<ApiServer> StartAsync(
        IPEndPoint endpoint, Func<X509Certificate2>? certificate, RequestDelegate handler, ILoggerFactory logging, CancellationToken cancel)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            Configure(options);
            options.Listen(endpoint, listen => Secure(listen, certificate));
        });
        WebApplication kestrel = builder.Build();
        try
        {
            IServer server = kestrel.Services.GetRequiredService<IServer>();
            await server.StartAsync(new Application(handler), cancel);
            string address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new ApiServer(kestrel, new Uri(address));
        }
        catch (IOException fault)
        {
            await kestrel.DisposeAsync();
            throw new IOException(
                $"cannot listen on {endpoint}: {fault.Message}. Stop what uses the port, or choose another one (0 picks a free port).", fault);
        }
    }

    /// <summary>Stops accepting; requests under way have until the token fires.</summary>
    public Task StopAsync(CancellationToken cancel) => _kestrel.Services.GetRequiredService<IServer>().StopAsync(cancel);

    public ValueTask DisposeAsync() => _kestrel.DisposeAsync();

    private static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        KestrelServerLimits limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = 200;
        limits.MaxConcurrentConnections = null;
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = MaxHeaderBytes;
        limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
    }

    private static void Secure(ListenOptions listen, Func<X509Certificate2>? certificate)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        if (certificate is null)
            return;
        listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, _) => certificate(),
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            CheckCertificateRevocation = false,

            // Whom the certificate speaks for, and whether it may, is authentication's to say.
            ClientCertificateValidation = static (_, _, _) => true,
        });
    }

    /// <summary>Hands Kestrel's features to the handler; contexts are kept with their connections and used again.</summary>
    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures)
        {
            if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
                return new DefaultHttpContext(contextFeatures);
            DefaultHttpContext? kept = container.HostContext;
            if (kept is null)
                return container.HostContext = new DefaultHttpContext(contextFeatures);
            kept.Initialize(contextFeatures);
            return kept;
        }

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            if (context is DefaultHttpContext kept)
                kept.Uninitialize();
        }
    }
}
