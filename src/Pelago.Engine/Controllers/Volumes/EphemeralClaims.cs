// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Makes the claims of ephemeral volumes; they belong to their pod and go with it (pkg/controller/volume/ephemeral).</summary>
internal sealed class EphemeralClaims : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly EventRecorder _events;
    private readonly Controller<ObjectKey> _loop;

    public EphemeralClaims(ControllerContext context)
    {
        _context = context;
        _claims = context.Of<V1PersistentVolumeClaim>();
        _events = context.Events("ephemeral_volume");
        _loop = context.Controller("ephemeral-volume-controller", [context.Pods, _claims], ReconcileAsync);
        context.Pods.AddHandler(change =>
        {
            if (change.New is { EphemeralVolumes.Count: > 0, IsDeleting: false } && change.Old?.Uid != change.New.Uid)
                _loop.Queue.Add(change.Key);
        });
        _claims.AddHandler(change =>
        {
            if (change.Type != InformerEventType.Deleted)
                return;
            foreach (PodSummary pod in context.Pods.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
            {
                if (pod.EphemeralVolumes.Count > 0 && pod.Claims.Contains(change.Key.Name))
                    _loop.Queue.Add(pod.Key);
            }
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_context.Pods.Cache.Get(key) is not { IsDeleting: false } pod)
            return ReconcileResult.Done;
        ApiStatus? error = null;
        foreach (string volume in pod.EphemeralVolumes)
        {
            var name = new ObjectKey(key.Namespace, EphemeralClaim.NameOf(key.Name, volume));
            if (_claims.Cache.Get(name) is not { } claim)
                error = await CreateAsync(pod, volume, cancel) ?? error;
            else if (EphemeralClaim.Obstacle(name, new OwnedModel<V1PersistentVolumeClaim>(claim).Controller?.Uid, key, pod.Uid) is { } obstacle)
                Warn(pod, volume, obstacle);
        }
        return ReconcileResult.From(error);
    }

    /// <summary>The template is read when it is needed: few pods have one, and it is large.</summary>
    private async Task<ApiStatus?> CreateAsync(PodSummary pod, string volume, CancellationToken cancel)
    {
        ApiResult read = await _context.Api.GetAsync(new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name), cancel);
        if (!read.IsSuccess)
            return read.Error is { IsNotFound: true } ? null : read.Error;
        KubeObject full = KubeObject.Parse(read.Body);
        JsonObject? wanted = (full.Spec?.Array("volumes") ?? []).OfType<JsonObject>().FirstOrDefault(item => item.String("name") == volume);
        if (full.Uid != pod.Uid || wanted?.Object("ephemeral")?.Object("volumeClaimTemplate") is not { } template)
            return null;
        string name = EphemeralClaim.NameOf(pod.Key.Name, volume);
        var claim = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = pod.Key.Namespace,
                ["labels"] = template.Object("metadata")?.Object("labels")?.DeepClone(),
                ["annotations"] = template.Object("metadata")?.Object("annotations")?.DeepClone(),
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = pod.Key.Name, ["uid"] = pod.Uid,
                    ["controller"] = true, ["blockOwnerDeletion"] = true,
                }),
            },
            ["spec"] = template.Object("spec")?.DeepClone(),
        };
        ResourcePath path = new(_context.Client.Of<V1PersistentVolumeClaim>().Type.Resource, pod.Key.Namespace, "");
        ApiStatus? error = (await _context.Api.CreateAsync(path, KubeJson.ToUtf8(claim), WriteQuery.None, cancel)).Error;
        // One that is there already is in the cache soon, and judged at the next try.
        if (error is { IsAlreadyExists: false } && !PodControl.IsNamespaceTerminating(error))
            Warn(pod, volume, $"create PVC {name}: {error.Message}");
        return error is not null && PodControl.IsNamespaceTerminating(error) ? null : error;
    }

    private void Warn(PodSummary pod, string volume, string message) =>
        _events.Warning(
            new ObjectReference("v1", "Pod", pod.Key.Namespace, pod.Key.Name, pod.Uid), "FailedBinding",
            $"ephemeral volume {volume}: {message}");
}
