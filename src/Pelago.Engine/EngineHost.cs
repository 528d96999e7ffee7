// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Engine.Admission;
using Pelago.Engine.Aggregation;
using Pelago.Engine.Authorization;
using Pelago.Engine.Bootstrap;
using Pelago.Engine.Certificates;
using Pelago.Engine.Controllers;
using Pelago.Engine.CustomResources;
using Pelago.Engine.Discovery;
using Pelago.Engine.Eviction;
using Pelago.Engine.InProcess;
using Pelago.Engine.Nodes;
using Pelago.Engine.OpenApi;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Scheduling;
using Pelago.Engine.Schema;
using Pelago.Engine.Server;
using Pelago.Engine.Strategies.Services;
using Pelago.Engine.Tasks;
using Pelago.Engine.Watch;
using Pelago.Kube;
using Pelago.Store;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine;

/// <summary>
/// One embedded cluster, from its store to its listener. Disposing ends its watches, lets requests under way finish for a
/// moment, and closes the store.
/// </summary>
public sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stopping = new();
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ResourceService _service;
    private readonly DiscoveryEndpoint _discovery;
    private readonly AggregationLayer _aggregation;
    private readonly IPAddress _serviceAddress;
    private readonly RbacAuthorizer _authorizer;
    private readonly CustomResourceRegistrar _customResources;
    private DefinitionController? _definitions;
    private Task _working = Task.CompletedTask;
    private ClusterAccess? _access;
    private ApiServer? _server;
    private NodeConnections? _nodes;
    private TaskTable? _tasks;
    private readonly ILogger _log;
    private Task _upkeep = Task.CompletedTask;
    private bool _isReady;

    private EngineHost(EngineOptions options, IRevisionStore store, ILogger log, TimeProvider time)
    {
        _log = log;
        _options = options;
        _time = time;
        Store = store;
        Cidr4 services = Cidr4.Parse(options.ServiceCidr.ToString());
        _serviceAddress = services.AddressAt(1);
        var allocations = new ServiceAllocations(services, options.NodePortFirst, options.NodePortLast, store.Resource("services").Current);
        var sources = new RowSources
        {
            Schema = BuiltInSchemas.Instance.Find,
            Services = new ServiceStrategy(allocations),
            CustomResourceDefinitions = new DefinitionStrategy(),
        };
        Registry = new ResourceRegistry(BuiltInKinds.All(sources));
        _customResources = new CustomResourceRegistrar(Registry);
        _customResources.Restore(store.Resource("customresourcedefinitions.apiextensions.k8s.io").Current);
        _authorizer = new RbacAuthorizer(store);
        _service = new ResourceService(store, new AdmissionStage(AdmissionPlugins.All(store, _authorizer, time)), Handlers, time);
        _aggregation = new AggregationLayer(store, options.Extensions);
        _discovery = new DiscoveryEndpoint(Registry, () => _aggregation.Groups);
        var bindings = new BindingHandler(_service, Registry, time);
        Handlers.Add("pods/binding", bindings);
        Handlers.Add("bindings", bindings);
        Handlers.Add("pods/eviction", new PodEviction(store, ApiFor("system:apiserver"), time));
    }

    /// <summary>Where the API server listens.</summary>
    public Uri Server => _server!.Address;

    internal HandlerTable Handlers { get; } = new();

    private ClusterPki Pki => (_access ?? throw new InvalidOperationException("an engine without access control has no credentials")).Pki;

    internal ResourceRegistry Registry { get; }

    internal IRevisionStore Store { get; }

    /// <summary>
    /// Starts a cluster; when the task completes the API answers and its first objects are there. An IOException says that the port is taken, a
    /// StoreUnavailableException that the state cannot be opened, an InvalidDataException that the credentials cannot be read; each says what to do.
    /// </summary>
    public static async Task<EngineHost> StartAsync(EngineOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        var stored = new StoreOptions
        {
            Time = time,
            Logging = logging,
            Durability = options.Durability == EngineDurability.Fast ? Durability.Fast : Durability.Full,
        };
        IRevisionStore store = options.StateDirectory is { } directory
            ? await SqliteRevisionStore.OpenAsync(Path.Combine(directory, PelagoHome.StateFileName), stored, cancel)
            : MemoryRevisionStore.Create(stored);
        var host = new EngineHost(options, store, logging.CreateLogger<EngineHost>(), time);
        try
        {
            await host.ListenAsync(logging, cancel);
            host.StartDefinitions(logging);
            await host.BootstrapAsync(cancel);
            host._upkeep = Task.WhenAll(host.RunUpkeepAsync(logging), host.RunControllersAsync(logging));
            host._isReady = true;
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The API for a part of this process, which may do everything; <paramref name="user"/> is what managedFields and events call it.</summary>
    public IKubeApi ApiFor(string user) =>
        new EngineKubeApi(_options.Name, UserInfo.System(user), Registry, _service, _discovery, _time, _log, _stopping.Token);

    /// <summary>Writes the administrator's kubeconfig (mode 0600: it holds credentials).</summary>
    public void WriteKubeconfig(string path) =>
        Pki.WriteAdminKubeconfig(path, _options.Name, Server);

    /// <summary>Called when the administrator's certificate was renewed: what <see cref="WriteKubeconfig"/> wrote expires in some weeks.</summary>
    public Action? AdminRenewed { get; set; }

    /// <summary>The certificate, with its key, that a node's own API shows; asked for each connection, for it is renewed.</summary>
    public Func<X509Certificate2> NodeCertificate(string node, IPAddress address) => Pki.NodeServer(node, [address]);

    /// <summary>Who signs every client and node certificate of this cluster.</summary>
    public X509Certificate2 Authority => Pki.Authority;

    /// <summary>Stops the listener, then the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_server is not null)
        {
            using var patience = new CancellationTokenSource(StopPatience, _time);
            await _server.StopAsync(patience.Token);
            await _server.DisposeAsync();
        }

        await Task.WhenAll(_working, _upkeep);
        _definitions?.Dispose();
        _aggregation.Dispose();
        _nodes?.Dispose();
        _tasks?.Dispose();
        await Store.DisposeAsync();
        _access?.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync(ILoggerFactory logging, CancellationToken cancel)
    {
        var metrics = new RequestMetrics();
        var watches = new WatchWriter(_service, _time, _stopping.Token);
        var openApi = new OpenApiEndpoint(new OpenApiDocuments(Registry, ServerVersion.GitVersion), () => _aggregation.OpenApiPaths, _time);
        var paths = new Dictionary<string, PathHandler> { ["/openapi/v2"] = openApi.TryHandleAsync, ["/openapi/v3"] = openApi.TryHandleAsync };
        AccessControl control = AccessControl.Open;
        AggregationProxy? aggregation = null;
        if (!_options.OpenAccess)
        {
            _access = ClusterAccess.Open(_options, _serviceAddress, Store, _authorizer, _time);
            _access.AddHandlers(Handlers, Store, _time);
            control = _access.Control;
            foreach ((string path, PathHandler handler) in _access.OpenIdPaths(() => Server))
                paths.Add(path, handler);
            IHttpForwarder forwarder = AggregationProxy.NewForwarder(logging);
            aggregation = _aggregation.OpenProxy(() => _access.Pki.ProxyClient, forwarder);
            _nodes = new NodeConnections(_access.Pki, forwarder);
            NodeHandlers.Add(Handlers, Store, _nodes, _authorizer, _time);
        }

        _tasks = new TaskTable(Store.Resource("pods"), _options.Name, _time);
        Handlers.Add("tasks.tasks.pelago.dev", new TaskEndpoint(
            _tasks, Store.Resource("pods"), _options.Name, control.Authorizer, Handlers.Source("pods.metrics.k8s.io"), _time, _stopping.Token));
        var report = new EngineReport(Store, metrics, watches, () => _isReady, () => _stopping.IsCancellationRequested);
        var pipeline = new RequestPipeline(
            control,
            new ResourceEndpoint(Registry, _service, Handlers, watches, control.Authorizer, _time), _options.Extensions,
            new NonResourceEndpoint(new HealthChecks(report.Checks), _discovery, report.Metrics, paths),
            aggregation,
            new InFlightLimit(_options.MaxReadsInFlight), new InFlightLimit(_options.MaxWritesInFlight), metrics, _time,
            logging.CreateLogger<EngineHost>(), _stopping.Token);
        _server = await ApiServer.StartAsync(
            new IPEndPoint(_options.ListenAddress, _options.Port), _options.PlainHttp ? null : _access!.ServerCertificate, pipeline.HandleAsync, logging, cancel);
    }

    /// <summary>Custom kinds are part of the API server itself: whoever runs no other controller still has them.</summary>
    private void StartDefinitions(ILoggerFactory logging)
    {
        _definitions = new DefinitionController(
            ApiFor("apiextensions-apiserver"), Registry, _customResources, _time, logging.CreateLogger<DefinitionController>());
        _working = _definitions.RunAsync(_stopping.Token);
    }

    /// <summary>What the API server itself keeps up to date; an engine without access control has none of it.</summary>
    private Task RunUpkeepAsync(ILoggerFactory logging) => _access is null
        ? Task.CompletedTask
        : new ApiServerUpkeep(ApiFor, Pki, () => AdminRenewed?.Invoke(), _aggregation, Registry, _time, logging).RunAsync(_stopping.Token);

    private Task RunControllersAsync(ILoggerFactory logging)
    {
        if (_access is null || !_options.RunControllers)
            return Task.CompletedTask;
        var options = new ControllerOptions
        {
            RootAuthorityPem = Pki.AuthorityPem,
            VolumeRoot = _options.StateDirectory is { } directory ? Path.Combine(directory, "volumes") : null,
        };
        CancellationToken stopping = _stopping.Token;
        return Task.WhenAll(
            BackgroundWork.RunAsync(() => ControllerSet.RunAsync(ApiFor("system:kube-controller-manager"), options, logging, _time, stopping)),
            BackgroundWork.RunAsync(() => SchedulerLoop.RunAsync(
                ApiFor("system:kube-scheduler"), new SchedulerOptions { OtherNames = [NodeApi.SchedulerName] }, logging, _time, stopping)));
    }

    private Task BootstrapAsync(CancellationToken cancel)
    {
        if (_access is null)
            return Task.CompletedTask;
        var options = new BootstrapOptions
        {
            Server = new IPEndPoint(_options.ListenAddress, Server.Port),
            ServiceAddress = _serviceAddress,
            ClientAuthorityPem = _access.Pki.AuthorityPem,
            FrontProxyAuthorityPem = _access.Pki.FrontProxyAuthorityPem,
        };
        return new ClusterBootstrap(ApiFor("system:apiserver"), options).RunAsync(cancel);
    }
}
