// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Images;
using Pelago.Node.Kubelets.Runs;
using Pelago.Node.Logs;
using Pelago.Node.Serving;

namespace Pelago.Node.Kubelets;

/// <summary>
/// The agent on a node whose pods a kubelet runs. It runs nothing itself: it serves what the cluster's own API cannot give (images, every file of a
/// container, every file of its logs, what has ended) in the protocol of Pelago's own nodes, to the hub.
/// </summary>
public sealed class KubeletAgent : IAsyncDisposable
{
    private static readonly TimeSpan LookAtForeignLogs = TimeSpan.FromMilliseconds(100);
    private static readonly string[] HistoryMethods = ["GET", "POST", "DELETE"];
    private readonly KubeletAgentOptions _options;
    private readonly ContainerdClient _client;
    private readonly X509Certificate2 _certificate;
    private readonly HubRegistration _registration;
    private readonly CancellationTokenSource _stop = new();
    private NodeServer? _server;
    private Task _registering = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private KubeletRuns? _runs;

    private KubeletAgent(KubeletAgentOptions options, IKubeApi api, ILogger log, TimeProvider time)
    {
        _options = options;
        _client = new ContainerdClient(options.Socket);
        _certificate = AgentCertificate.Make(time);
        _registration = new HubRegistration(options, api, () => Port, _certificate, time, Random.Shared.NextDouble, log);
    }

    /// <summary>Where it listens.</summary>
    public int Port => _server?.Port ?? 0;

    /// <summary>Listens and begins to register with the hub. The runtime must answer.</summary>
    /// <exception cref="IOException">The port is taken, or the runtime does not answer.</exception>
    public static async Task<KubeletAgent> StartAsync(KubeletAgentOptions options, IKubeApi api, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        ILogger log = logging.CreateLogger<KubeletAgent>();
        var agent = new KubeletAgent(options, api, log, time);
        try
        {
            await agent.ServeAsync(api, logging, time, cancel);
            agent._registering = agent._registration.RunAsync(agent._stop.Token);
            if (options.Runs is { } runs)
                agent._watching = agent.WatchAsync(runs, api, logging.CreateLogger<KubeletRuns>(), time, agent._stop.Token);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _registering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null)
            await _server.DisposeAsync();
        _client.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(IKubeApi api, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        var containers = new CriContainers(_client);
        ImageEndpoints images;
        try
        {
            var options = new ImageStoreOptions { Directory = _options.StateDirectory, Pinned = await containers.SandboxImageAsync(cancel) };
            var store = new ContainerdImages(options, _client, time, logging.CreateLogger<ContainerdImages>());
            await store.RecoverAsync(cancel);
            images = new ImageEndpoints(store, containers.ImageUseAsync, _options.Node, time);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"the container runtime of node {_options.Node} does not answer at {_options.Socket} ({fault.Status.Detail}): install with the socket of its containerd (pelago install --containerd-socket PATH)", fault);
        }
        var places = new CriPlaces(containers, time);
        var endpoints = new ContainerEndpoints(places, new LogSignals(time, LookAtForeignLogs), time);
        var listener = new NodeListener(
            _options.Node, new IPEndPoint(_options.Address, _options.Port), () => _certificate, new ReviewedCallers(new TokenReviews(api), new AccessReviews(api), _options.Node, time));
        _server = await NodeServer.StartAsync(listener, app => Map(app, images, endpoints), logging, cancel);
    }

    private async Task WatchAsync(KubeletRunsOptions options, IKubeApi api, ILogger log, TimeProvider time, CancellationToken cancel)
    {
        var pods = new NodePods(api, _options.Node, time, log);
        Task following = pods.WatchAsync(cancel);
        await using var runs = new KubeletRuns(
            new CriContainers(_client), pods, options.Recorder, new WatchedList(options.Directory), new RunPlaces(_options.Node, PodLogDirectory.Root, _options.StateDirectory), time, log);
        _runs = runs;
        await Task.WhenAll(following, runs.RunAsync(cancel));
    }

    private void Map(WebApplication app, ImageEndpoints images, ContainerEndpoints containers)
    {
        app.MapGet("/healthz", (RequestDelegate)(http =>
        {
            string fault = !_registration.IsDone ? "the hub does not know this agent yet" : _runs is { IsWell: false } ? "what ends on the node is not recorded: the container runtime was not looked at" : "";
            http.Response.StatusCode = fault.Length == 0 ? 200 : 503;
            return http.Response.WriteAsync(fault.Length == 0 ? "ok" : fault, http.RequestAborted);
        }));
        containers.Map(app);
        NodeRoutes.MapImages(app, images);
        if (_options.Runs is { } runs)
            app.MapMethods($"/{NodeApi.HistoryPath}{{**path}}", HistoryMethods, (RequestDelegate)(http => runs.Serve(http, PathOf(http)[(NodeApi.HistoryPath.Length + 1)..])));
        app.MapFallback((RequestDelegate)(_ => throw new ApiStatusException(ApiStatus.NoSuchPath())));
    }

    /// <summary>As it came: what is escaped in it is not to be read as a slash.</summary>
    private static string PathOf(HttpContext http) => http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
}
