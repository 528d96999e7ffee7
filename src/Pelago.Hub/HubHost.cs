// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Hub.Agents;
using Pelago.Hub.FrontProxies;
using Pelago.Hub.Publishing;
using Pelago.Hub.Runs;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub;

/// <summary>
/// The hub of a real Kubernetes: an aggregated API server through which users reach what the agents of their nodes serve: each for itself (node.pelago.dev),
/// and what has ended on all of them together (history.pelago.dev). It keeps nothing: another one that is started in its place makes keys of its own, and the agents come to it.
/// </summary>
public sealed partial class HubHost : IAsyncDisposable
{
    private readonly HubOptions _options;
    private readonly ILogger _log;
    private readonly HubCertificate _certificate;
    private readonly FrontProxySettings _proxies;
    private readonly AgentRegistry _agents;
    private readonly LinuxNodes _nodes;
    private readonly HubRoutes _routes;
    private readonly CancellationTokenSource _stop = new();
    private readonly IKubeApi _api;
    private readonly TimeProvider _time;
    private WebApplication? _kestrel;
    private HubPublication? _publication;
    private Task _upkeep = Task.CompletedTask;

    private HubHost(HubOptions options, IKubeApi api, ILoggerFactory logging, TimeProvider time)
    {
        (_options, _api, _time) = (options, api, time);
        _log = logging.CreateLogger<HubHost>();
        _certificate = HubCertificate.Make(options.Namespace, time);
        _proxies = new FrontProxySettings(api, _log);
        _agents = new AgentRegistry(options.AgentPatience, time);
        var access = new AccessReviews(api);
        var tokens = new AgentTokens(api, options, time);
        _nodes = new LinuxNodes(api, time, _log);
        _routes = new HubRoutes(
            _proxies, new RegistrationEndpoint(api, new TokenReviews(api), options.Namespace, new AgentClaim(options.AgentPort), _agents, _log), _agents, access,
            new AgentProxy(api, _agents, tokens, access, AgentProxy.NewForwarder(logging)), new HistoryRoutes(api, _agents, tokens, _nodes, access, time),
            () => _proxies.Current is not null && _publication?.IsDone == true && _nodes.AreKnown);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>Listens and begins to tell the cluster of itself.</summary>
    public static async Task<HubHost> StartAsync(HubOptions options, IKubeApi api, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        var hub = new HubHost(options, api, logging, time);
        try
        {
            await hub.ListenAsync(logging, cancel);
            hub._upkeep = Task.WhenAll(hub.KeepUpAsync(hub._stop.Token), hub._nodes.WatchAsync(hub._stop.Token));
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _upkeep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_kestrel is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _kestrel.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _kestrel.DisposeAsync();
        }
        _agents.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync(ILoggerFactory logging, CancellationToken cancel)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        _kestrel = builder.Build();
        _kestrel.Run(GuardAsync);
        try
        {
            await _kestrel.StartAsync(cancel);
        }
        catch (IOException fault)
        {
            throw new IOException($"the hub cannot listen on {_options.Address}:{_options.Port}: {fault.Message}", fault);
        }
        Port = new Uri(_kestrel.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        _publication = new HubPublication(_api, _options.Namespace, _certificate.AuthorityPem, new IPEndPoint(_options.Address, Port).ToString(), _log);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null; // archives of images; what is kept is bounded where it is read

        // Where a page of history ended, on each of thousands of nodes; in HTTP/2 that is a header.
        kestrel.Limits.MaxRequestLineSize = 128 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 160 * 1024;
        kestrel.Listen(new IPEndPoint(_options.Address, _options.Port), listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = _certificate.Leaf, ClientCertificateMode = ClientCertificateMode.AllowCertificate, CheckCertificateRevocation = false,

            // Whose certificate is believed is decided for each request, where a refusal can be told.
            ClientCertificateValidation = static (_, _, _) => true,
        }));
    }

    private async Task KeepUpAsync(CancellationToken cancel)
    {
        TimeSpan atFirst = TimeSpan.FromSeconds(2);
        while (true)
        {
            await _proxies.ReadAsync(cancel);
            await _publication!.SayAsync(cancel);
            bool done = _proxies.Current is not null && _publication.IsDone;
            await Task.Delay(done ? _options.BetweenPublications : atFirst, _time, cancel);
        }
    }

    private async Task GuardAsync(HttpContext http)
    {
        try
        {
            await _routes.HandleAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
        catch (ApiStatusException refused)
        {
            await HubAnswers.WriteAsync(http, refused.Status);
        }
        catch (ClusterUnreachableException away)
        {
            await HubAnswers.WriteAsync(http, ApiStatus.Unavailable($"the hub cannot ask the API server: {away.Message}"));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Log.Fault(_log, http.Request.Method, http.Request.Path, fault);
            await HubAnswers.WriteAsync(http, ApiStatus.Internal("the hub met an unexpected fault and logged it"));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6030, LogLevel.Error, "{Method} {Path}: unexpected fault")]
        public static partial void Fault(ILogger log, string method, string path, Exception fault);
    }
}
