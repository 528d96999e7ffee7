// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Hub.Agents;
using Pelago.Hub.Catalogs;
using Pelago.Hub.Cosmos;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Page.Catalogs;
using Pelago.Hub.Page.Files;
using Pelago.Hub.Page.Installing;
using Pelago.Hub.Page.Proxying;
using Pelago.Hub.Page.Streams;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Page;

/// <summary>The web page of a fleet and the API that it uses, on the loopback.</summary>
public sealed partial class PageHost : IAsyncDisposable
{
    private const int Attempts = 20;
    private readonly ILogger _log;
    private readonly FleetRegistry _fleet;
    private readonly SessionStore _sessions;
    private readonly StreamStore _streams;
    private readonly CosmosEndpoint? _cosmos;
    private readonly PageRoutes _routes;
    private readonly PageOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _kestrel;
    private Task _upkeep = Task.CompletedTask;

    private PageHost(PageOptions options, ILoggerFactory logging, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _log = logging.CreateLogger<PageHost>();
        _fleet = new FleetRegistry(time);
        _sessions = new SessionStore(time);
        _streams = new StreamStore(_fleet, time);
        CatalogCache? catalogs = options.Packages is { } packages ? new CatalogCache(packages) : null;
        _cosmos = catalogs is null ? null : new CosmosEndpoint(catalogs, _fleet, time);
        var origins = new OriginRules(options.Hosts);
        _routes = new PageRoutes(
            options, origins, _sessions, new LoginEndpoint(_fleet, _sessions, options, _log, time), new StreamEndpoint(_streams, origins),
            new ClusterProxy(AgentProxy.NewForwarder(logging)), new CatalogEndpoint(catalogs), new InstallEndpoint(catalogs), _cosmos,
            new PageFiles(options.Files));
    }

    /// <summary>Where it listens on the loopback.</summary>
    public int Port { get; private set; }

    /// <summary>The address that people open.</summary>
    public Uri Address => new($"http://{_options.Label}.localhost:{Port}/");

    /// <summary>Listens. An IOException says that no port could be had.</summary>
    public static async Task<PageHost> StartAsync(
        PageOptions options, IReadOnlyList<ClusterConnection> clusters, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        var page = new PageHost(options, logging, time);
        try
        {
            page.SetClusters(clusters);
            await page.ListenAsync(logging, cancel);
            page._upkeep = page.KeepUpAsync(page._stop.Token);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>The clusters of the home, with the connections of its owner: one that is another object than before replaces what was.</summary>
    public void SetClusters(IReadOnlyList<ClusterConnection> clusters) => _fleet.Replace(ClusterSource.Home, clusters);

    /// <summary>The clusters that Cluster objects name, with the connections of the fleet's owner, for whoever works on several at once.</summary>
    public IEnumerable<IKubeApi> FleetClusters => _fleet.Members.Where(member => member.Source == ClusterSource.Fleet).Select(member => member.Api);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _upkeep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sessions.Dispose();
        await _streams.DisposeAsync();
        if (_kestrel is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _kestrel.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _kestrel.DisposeAsync();
        }
        _cosmos?.Dispose();
        _fleet.Dispose();
        _stop.Dispose();
    }

    /// <summary>The first cluster of the home is the hub's: there the objects of the fleet are.</summary>
    private Task KeepUpAsync(CancellationToken cancel)
    {
        List<Task> work = [new FleetProbe(_fleet, _time).RunAsync(cancel), _streams.SweepAsync(cancel)];
        if (_fleet.Members.FirstOrDefault() is { } hub)
            work.AddRange([new FleetObjects(_fleet, hub, _log, _time).RunAsync(cancel), new FleetStatus(_fleet, hub, _time).RunAsync(cancel)]);
        return Task.WhenAll(work);
    }

    /// <summary>
    /// On 127.0.0.1 and ::1, which are both what browsers take localhost for: whoever had the other one of the two would be taken for this page.
    /// </summary>
    private async Task ListenAsync(ILoggerFactory logging, CancellationToken cancel)
    {
        IPAddress[] addresses = LoopbackPorts.Addresses();
        for (int attempt = 0; ; attempt++)
        {
            int port = attempt == 0 && _options.Port > 0 && LoopbackPorts.IsFree(addresses, _options.Port) ? _options.Port : LoopbackPorts.Pick();
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(logging);
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, addresses, port));
            WebApplication kestrel = builder.Build();
            kestrel.Run(GuardAsync);
            try
            {
                await kestrel.StartAsync(cancel);
                (_kestrel, Port) = (kestrel, port);
                return;
            }
            catch (IOException fault)
            {
                await kestrel.DisposeAsync();
                if (attempt == Attempts)
                    throw new IOException($"the page cannot listen on the loopback: {fault.Message}", fault);
            }
        }
    }

    private static void Configure(KestrelServerOptions kestrel, IPAddress[] addresses, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null; // a page that does not read is waited for; nothing is queued for it
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null; // archives of images; what is kept is bounded where it is read
        kestrel.Limits.MaxConcurrentConnections = 4096;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 1024;
        foreach (IPAddress address in addresses)
            kestrel.Listen(new IPEndPoint(address, port), listen => listen.Protocols = HttpProtocols.Http1);
    }

    private async Task GuardAsync(HttpContext http)
    {
        try
        {
            await _routes.HandleAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted)
        {
            // The client has left, or its session or stream is over.
        }
        catch (ApiStatusException refused)
        {
            await HubAnswers.WriteAsync(http, refused.Status);
        }
        catch (ClusterUnreachableException away)
        {
            await HubAnswers.WriteAsync(http, ApiStatus.Unavailable(away.Message));
        }
        catch (Exception fault) when (fault is not OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            // What fails because the client has left is no fault.
        }
        catch (Exception fault)
        {
            Log.Fault(_log, http.Request.Method, http.Request.Path, fault);
            await HubAnswers.WriteAsync(http, ApiStatus.Internal("the hub met an unexpected fault and logged it"));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6110, LogLevel.Error, "{Method} {Path}: unexpected fault")]
        public static partial void Fault(ILogger log, string method, string path, Exception fault);
    }
}
