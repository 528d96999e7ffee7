// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Kube;

namespace Pelago.Node.Serving;

/// <summary>
/// The HTTPS API of a node, in the shape of a kubelet's: logs, streams, files and measurements of its pods, for those whom <see cref="INodeCallers"/>
/// lets in.
/// </summary>
internal sealed partial class NodeServer : IAsyncDisposable
{
    private readonly WebApplication _kestrel;

    private NodeServer(WebApplication kestrel, int port)
    {
        _kestrel = kestrel;
        Port = port;
    }

    public int Port { get; }

    public static async Task<NodeServer> StartAsync(NodeListener listener, Action<WebApplication> map, ILoggerFactory logging, CancellationToken cancel)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, listener));
        WebApplication app = builder.Build();
        try
        {
            ILogger log = logging.CreateLogger<NodeServer>();
            app.Use(next => http => GuardAsync(http, next, listener.Callers, log));
            app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
            app.UseRouting();
            map(app);
            await app.StartAsync(cancel);
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new NodeServer(app, new Uri(address).Port);
        }
        catch (IOException fault)
        {
            await app.DisposeAsync();
            throw new IOException($"the API of node {listener.Node} cannot listen on {listener.Address}: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Streams end with their client or their process; a node that stops does not wait for them.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _kestrel.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _kestrel.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, NodeListener listener)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        kestrel.Listen(listener.Address, listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, _) => listener.Certificate(),
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            CheckCertificateRevocation = false,
            ClientCertificateValidation = (certificate, _, _) => listener.Callers.Takes(certificate),
        }));
    }

    private static async Task GuardAsync(HttpContext http, RequestDelegate next, INodeCallers callers, ILogger log)
    {
        try
        {
            await callers.CheckAsync(http);
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
        catch (ApiStatusException refused)
        {
            await NodeAnswers.WriteAsync(http, refused.Status);
        }
        catch (Runtimes.RuntimeException refused)
        {
            await NodeAnswers.WriteAsync(http, NodeAnswers.StatusOf(refused));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Log.Fault(log, http.Request.Method, http.Request.Path, fault);
            await NodeAnswers.WriteAsync(http, ApiStatus.Internal("the node met an unexpected fault and logged it"));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4350, LogLevel.Error, "{Method} {Path}: unexpected fault")]
        public static partial void Fault(ILogger log, string method, string path, Exception fault);
    }
}
