// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>
/// Counts anew what quotas have used: when a quota is new or changed, when something that it counts is gone or finished, and every five
/// minutes (upstream pkg/controller/resourcequota). Admission only adds; this takes away.
/// </summary>
internal sealed class ResourceQuotaController : IDisposable
{
    private static readonly TimeSpan Resync = TimeSpan.FromMinutes(5);

    // A write that was charged and is not stored yet is missing in a count; a count after it shows up corrects that.
    private static readonly TimeSpan AfterCreation = TimeSpan.FromSeconds(5);
    private static readonly GroupVersionResource Quotas = new("", "v1", "resourcequotas");

    private readonly IKubeApi _api;
    private readonly TimeProvider _time;
    private readonly InformerFactory _informers;
    private readonly Informer<TrackedQuota> _quotas;
    private readonly QuotaCounter _counter;
    private readonly Controller<ObjectKey> _loop;
    private readonly ConcurrentDictionary<GroupResource, bool> _watched = [];

    public ResourceQuotaController(IKubeApi api, TimeProvider time, ILoggerFactory logging)
    {
        _api = api;
        _time = time;
        _counter = new QuotaCounter(api, time);
        _informers = new InformerFactory(api, InformerOptions.Default, time, logging);
        _quotas = _informers.Get(Quotas, "", ListQuery.Everything, TrackedQuota.Read);
        _loop = new Controller<ObjectKey>("resourcequota-controller", [_quotas], ReconcileAsync, time, logging.CreateLogger<ResourceQuotaController>());
        _quotas.AddHandler(change =>
        {
            // admission's own charges change the status alone, many times a second
            if (change.Old is null || change.New is null || !change.Old.SameSpec(change.New))
                _loop.Queue.Add(change.Key);
        });
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        _informers.Start(cancel);
        await Task.WhenAll(_loop.RunAsync(cancel), _informers.StoppedAsync());
    }

    public void Dispose() => _loop.Dispose();

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var path = new ResourcePath(Quotas, key.Namespace, key.Name);
        ApiResult found = await _api.GetAsync(path, cancel);
        if (found.Error is { } error)
            return error.IsNotFound ? ReconcileResult.Done : ReconcileResult.Failed(error);
        var quota = KubeObject.Parse(found.Body);
        var tracked = TrackedQuota.Of(quota);
        await WatchAsync(tracked, cancel);
        (QuotaAmounts used, ApiStatus? uncounted) = await _counter.CountAsync(quota, cancel);
        if (uncounted is not null)
            return ReconcileResult.Failed(uncounted);
        QuotaAmounts hard = QuotaAmounts.Read(quota.Spec?.Object("hard"));
        JsonObject status = quota.Json.ObjectOrNew("status");
        if (!hard.SameAs(QuotaAmounts.Read(status.Object("hard"))) || !used.SameAs(QuotaAmounts.Read(status.Object("used"))))
        {
            status["hard"] = quota.Spec?.Object("hard")?.DeepClone() ?? new JsonObject();
            status["used"] = used.ToJson();
            ApiResult written = await _api.UpdateAsync(path with { Subresource = "status" }, quota.ToUtf8(), WriteQuery.None, cancel);
            if (written.Error is { IsNotFound: false } refused)
                return ReconcileResult.Failed(refused);
        }

        return ReconcileResult.Again(Resync);
    }

    /// <summary>From the first quota on that counts a resource, the resource is watched.</summary>
    private async Task WatchAsync(TrackedQuota quota, CancellationToken cancel)
    {
        foreach (GroupResource resource in quota.Resources)
        {
            if (_watched.ContainsKey(resource) || await _counter.FindAsync(resource, cancel) is not { } served || !_watched.TryAdd(resource, true))
                continue;
            bool isPods = resource is { Group: "", Resource: "pods" };
            _informers.Get<CountedItem>(served, "", ListQuery.Everything, isPods ? CountedItem.ReadPod : CountedItem.ReadOther)
                .AddHandler(change => Changed(resource, change));
            _informers.Start(cancel);
        }
    }

    private void Changed(GroupResource resource, InformerEvent<CountedItem> change)
    {
        bool shrinks = change.New is null || (change.New.IsFinished && change.Old?.IsFinished == false);
        if (!shrinks && change.Old is not null)
            return;
        foreach (TrackedQuota quota in _quotas.Cache.List())
        {
            if (quota.Key.Namespace != change.Key.Namespace || !quota.Resources.Contains(resource))
                continue;
            if (shrinks)
                _loop.Queue.Add(quota.Key);
            else
                _loop.Queue.AddAfter(quota.Key, AfterCreation);
        }
    }
}
