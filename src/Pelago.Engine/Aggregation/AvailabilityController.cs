// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Keeps the Available condition of every APIService (upstream kube-aggregator pkg/controllers/status): looks at its Service, its endpoints
/// and at last asks the server itself, at each change and every half minute.
/// </summary>
internal sealed class AvailabilityController : IDisposable
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryOfFailure = TimeSpan.FromSeconds(5);
    private static readonly GroupVersionResource ApiServices = new("apiregistration.k8s.io", "v1", "apiservices");
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Slices = new("discovery.k8s.io", "v1", "endpointslices");

    private readonly IKubeApi _api;
    private readonly AvailabilityProbe _probe;
    private readonly TimeProvider _time;
    private readonly InformerFactory _informers;
    private readonly Informer<ApiService> _apiServices;
    private readonly Controller<string> _loop;
    private readonly Lock _gate = new();
    private Task? _watchingServices;

    public AvailabilityController(IKubeApi api, AvailabilityProbe probe, TimeProvider time, ILoggerFactory logging)
    {
        _api = api;
        _probe = probe;
        _time = time;
        _informers = new InformerFactory(api, InformerOptions.Default, time, logging);
        _apiServices = _informers.Get(ApiServices, "", ListQuery.Everything, json => ApiService.Read(KubeObject.Parse(json)) with { IsAvailable = false });
        _loop = new Controller<string>(
            "available-condition-controller", [_apiServices], ReconcileAsync, time, logging.CreateLogger<AvailabilityController>());
        _apiServices.AddHandler(change =>
        {
            // the condition is what this controller writes itself
            if (change.Old != change.New)
                _loop.Queue.Add(change.Key.Name);
        });
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        _informers.Start(cancel);
        await Task.WhenAll(_loop.RunAsync(cancel), _informers.StoppedAsync());
    }

    public void Dispose() => _loop.Dispose();

    private async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancel)
    {
        var path = new ResourcePath(ApiServices, "", name);
        ApiResult found = await _api.GetAsync(path, cancel);
        if (found.Error is { } error)
        {
            if (!error.IsNotFound)
                return ReconcileResult.Failed(error);
            _probe.Forget(name);
            return ReconcileResult.Done;
        }

        var item = KubeObject.Parse(found.Body);
        var service = ApiService.Read(item);
        if (service.Service is not null)
            await WatchServicesAsync(cancel);
        Availability availability = await _probe.CheckAsync(service, cancel);
        if (SetCondition(item, availability))
        {
            ApiResult written = await _api.UpdateAsync(path with { Subresource = "status" }, item.ToUtf8(), WriteQuery.None, cancel);
            if (written.Error is { IsNotFound: false } refused)
                return ReconcileResult.Failed(refused);
        }

        return service.Service is null ? ReconcileResult.Done : ReconcileResult.Again(availability.IsAvailable ? Resync : RetryOfFailure);
    }

    /// <summary>
    /// Clusters without aggregated servers, which are most, do not look at their services here. Completes when changes will be seen: a look
    /// before that could miss one.
    /// </summary>
    private Task WatchServicesAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_watchingServices is not null)
                return _watchingServices;
            Informer<string> services = _informers.Get(Services, "", ListQuery.Everything, static json => KubeObject.Parse(json).Name);
            services.AddHandler(change => Enqueue(change.Key.Namespace, change.Key.Name));
            Informer<string> slices = _informers.Get(
                Slices, "", ListQuery.Everything, static json => KubeObject.Parse(json).Labels?.String(ServiceResolver.ServiceNameLabel) ?? "");
            slices.AddHandler(change => Enqueue(change.Key.Namespace, change.Latest));
            _informers.Start(cancel);
            return _watchingServices = Task.WhenAll(services.WaitForSyncAsync(cancel), slices.WaitForSyncAsync(cancel));
        }
    }

    private void Enqueue(string ns, string service)
    {
        foreach (ApiService item in _apiServices.Cache.List())
        {
            if (item.Service is { } remote && remote.Namespace == ns && remote.Name == service)
                _loop.Queue.Add(item.Name);
        }
    }

    /// <summary>False when it says so already.</summary>
    private bool SetCondition(KubeObject item, Availability found)
    {
        string status = found.IsAvailable ? "True" : "False";
        JsonObject? present = ApiService.Condition(item);
        if (present?.String("status") == status && present.String("reason") == found.Reason && present.String("message") == found.Message)
            return false;
        string now = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string since = present?.String("status") == status ? present.String("lastTransitionTime") ?? now : now;
        item.Json.ObjectOrNew("status")["conditions"] = new JsonArray(new JsonObject
        {
            ["lastTransitionTime"] = since, ["message"] = found.Message, ["reason"] = found.Reason, ["status"] = status, ["type"] = "Available",
        });
        return true;
    }
}
