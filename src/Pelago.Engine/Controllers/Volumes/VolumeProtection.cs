// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Lets deleted claims go when no pod uses them any more, and deleted volumes when no claim does (pvcprotection, pvprotection).</summary>
internal sealed class VolumeProtection : IController
{
    private const string ClaimFinalizer = "kubernetes.io/pvc-protection";
    private const string VolumeFinalizer = "kubernetes.io/pv-protection";
    private readonly ControllerContext _context;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly Informer<V1PersistentVolume> _volumes;
    private readonly Controller<ObjectKey> _loop;

    public VolumeProtection(ControllerContext context)
    {
        _context = context;
        _claims = context.Of<V1PersistentVolumeClaim>();
        _volumes = context.Of<V1PersistentVolume>();
        _loop = context.Controller("persistentvolume-protection-controller", [_claims, _volumes, context.Pods], ReconcileAsync);
        _claims.AddHandler(change => EnqueueDeleting(change.New, change.Key));
        _volumes.AddHandler(change => EnqueueDeleting(change.New, change.Key));
        context.Pods.AddHandler(change =>
        {
            if (change.New is not null and { IsFinished: false })
                return;
            foreach (string claim in change.Latest.Claims)
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, claim));
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private void EnqueueDeleting(IKubernetesObject<V1ObjectMeta>? item, ObjectKey key)
    {
        if (item?.Metadata.DeletionTimestamp is not null)
            _loop.Queue.Add(key);
    }

    /// <summary>Claims have a namespace and volumes have none: one queue tells them apart.</summary>
    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (key.Namespace.Length == 0)
        {
            V1PersistentVolume? volume = _volumes.Cache.Get(key);
            bool free = volume?.Metadata.DeletionTimestamp is not null && volume.Status?.Phase != "Bound";
            return free ? await ReleaseAsync(_context.Client.Of<V1PersistentVolume>(), volume!, VolumeFinalizer, cancel) : ReconcileResult.Done;
        }
        V1PersistentVolumeClaim? claim = _claims.Cache.Get(key);
        bool unused = claim?.Metadata.DeletionTimestamp is not null
            && !_context.Pods.Cache.ByIndex(PodIndexes.Namespace, key.Namespace).Any(pod => !pod.IsFinished && pod.Claims.Contains(key.Name));
        return unused ? await ReleaseAsync(_context.Client.Of<V1PersistentVolumeClaim>(), claim!, ClaimFinalizer, cancel) : ReconcileResult.Done;
    }

    private static async Task<ReconcileResult> ReleaseAsync<T>(Resource<T> resource, T item, string finalizer, CancellationToken cancel)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        IList<string> present = item.Metadata.Finalizers ?? [];
        if (!present.Contains(finalizer))
            return ReconcileResult.Done;
        JsonNode[] rest = [.. present.Where(name => name != finalizer).Select(name => (JsonNode)name)];
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = item.Metadata.ResourceVersion, ["finalizers"] = rest.Length == 0 ? null : new JsonArray(rest) },
        };
        ApiStatus? error = (await resource.PatchAsync(item.Metadata.NamespaceProperty ?? "", item.Metadata.Name, PatchType.Merge, patch, cancel)).Error;
        return error is { IsNotFound: false } ? ReconcileResult.Failed(error) : ReconcileResult.Done;
    }
}
