// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Finds, or has made, a volume for every claim (pkg/controller/volume/persistentvolume syncClaim).</summary>
internal sealed class ClaimController : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly Informer<V1PersistentVolume> _volumes;
    private readonly Informer<V1StorageClass> _classes;
    private readonly Informer<V1Node> _nodes;
    private readonly EventRecorder _events;
    private readonly VolumeBinding _binding;
    private readonly DirectoryProvisioner? _provisioner;
    private readonly Controller<ObjectKey> _loop;

    public ClaimController(ControllerContext context, DirectoryProvisioner? provisioner)
    {
        _context = context;
        _provisioner = provisioner;
        _claims = context.Of<V1PersistentVolumeClaim>();
        _volumes = context.Of<V1PersistentVolume>();
        _classes = context.Of<V1StorageClass>();
        _nodes = context.Of<V1Node>();
        _events = context.Events("persistentvolume-controller");
        _binding = new VolumeBinding(context);
        _loop = context.Controller("persistentvolume-binder", 1, [_claims, _volumes, _classes, _nodes], (ObjectKey key, CancellationToken cancel) => ReconcileAsync(key, cancel));
        _claims.AddHandler(change => _loop.Queue.Add(change.Key));
        _volumes.AddHandler(VolumeChanged);
        _classes.AddHandler(_ => EnqueuePending());
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        if (_provisioner is not null)
            await EnsureClassAsync(_provisioner, cancel);
        await _loop.RunAsync(cancel);
    }

    private async Task EnsureClassAsync(DirectoryProvisioner provisioner, CancellationToken cancel)
    {
        Backoff backoff = Backoff.ForWatches(_context.Time);
        try
        {
            while (await provisioner.EnsureClassAsync(cancel) is not null)
                await backoff.DelayAsync(cancel);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClusterUnreachableException)
        {
            // The class is a convenience: without it claims wait, and say why.
        }
    }

    private void VolumeChanged(InformerEvent<V1PersistentVolume> change)
    {
        if (change.Latest.Spec.ClaimRef is { } reference)
            _loop.Queue.Add(new ObjectKey(reference.NamespaceProperty, reference.Name));
        else if (change.Type == InformerEventType.Added)
            EnqueuePending();
    }

    private void EnqueuePending()
    {
        foreach (V1PersistentVolumeClaim claim in _claims.Cache.List().Where(claim => claim.Status?.Phase != "Bound"))
            _loop.Queue.Add(VolumeFacts.KeyOf(claim));
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_claims.Cache.Get(key) is not { } claim)
            return ReconcileResult.Done;
        if (claim.Spec.VolumeName is { Length: > 0 } named)
            return ReconcileResult.From(await SyncNamedAsync(claim, named, cancel));
        if (claim.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        V1PersistentVolume? promised = _volumes.Cache.List().FirstOrDefault(volume => VolumeFacts.IsFor(volume, claim));
        if (promised is not null)
            return ReconcileResult.From(await _binding.BindAsync(promised, claim, cancel));
        return ReconcileResult.From(await FindAsync(claim, cancel));
    }

    private async Task<ApiStatus?> SyncNamedAsync(V1PersistentVolumeClaim claim, string name, CancellationToken cancel)
    {
        V1PersistentVolume? volume = _volumes.Cache.Get("", name);
        bool ours = volume is not null && (volume.Spec.ClaimRef is null || VolumeFacts.IsFor(volume, claim));
        if (ours && claim.Status?.Phase == "Bound" && volume!.Spec.ClaimRef?.Uid == claim.Metadata.Uid && volume.Status?.Phase == "Bound")
            return null;
        if (ours)
            return await _binding.BindAsync(volume!, claim, cancel);
        bool wasBound = claim.Metadata.Annotations?.ContainsKey(VolumeFacts.BindCompleted) == true;
        if (!wasBound || claim.Status?.Phase == "Lost")
            return null;
        _events.Warning(About(claim), "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        return await _binding.WriteLostAsync(claim, cancel);
    }

    private async Task<ApiStatus?> FindAsync(V1PersistentVolumeClaim claim, CancellationToken cancel)
    {
        V1StorageClass? storageClass = claim.Spec.StorageClassName is { Length: > 0 } named ? _classes.Cache.Get("", named) : null;
        if (storageClass is null && claim.Spec.StorageClassName is { Length: > 0 } unseen && await ExistsAsync(unseen, cancel))
            return ApiStatus.Unavailable($"storage class {unseen} was made a moment ago and says how to bind; it is not seen yet");
        string? selected = claim.Metadata.Annotations is { } annotations && annotations.TryGetValue(VolumeFacts.SelectedNode, out string? node) ? node : null;
        if (storageClass?.VolumeBindingMode == "WaitForFirstConsumer" && selected is null)
        {
            _events.Normal(About(claim), "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return null;
        }
        V1Node? on = selected is null ? null : _nodes.Cache.Get("", selected);
        if (VolumeFacts.FindFree(claim, _volumes.Cache.List(), on) is { } free)
            return await _binding.BindAsync(free, claim, cancel);
        if (storageClass is null)
        {
            string message = claim.Spec.StorageClassName is { Length: > 0 } missing
                ? $"storageclass.storage.k8s.io \"{missing}\" not found"
                : "no persistent volumes available for this claim and no storage class is set";
            _events.Normal(About(claim), claim.Spec.StorageClassName is { Length: > 0 } ? "ProvisioningFailed" : "FailedBinding", message);
            return null;
        }
        return await ProvisionAsync(claim, storageClass, cancel);
    }

    private async Task<bool> ExistsAsync(string storageClass, CancellationToken cancel) =>
        (await _context.Api.GetAsync(new ResourcePath(new GroupVersionResource("storage.k8s.io", "v1", "storageclasses"), "", storageClass), cancel)).IsSuccess;

    private async Task<ApiStatus?> ProvisionAsync(V1PersistentVolumeClaim claim, V1StorageClass storageClass, CancellationToken cancel)
    {
        if (storageClass.Provisioner == DirectoryProvisioner.Name && _provisioner is not null)
        {
            ApiStatus? error = await _provisioner.ProvisionAsync(claim, storageClass, cancel);
            if (error is null)
                _events.Normal(About(claim), "ProvisioningSucceeded", $"Successfully provisioned volume pvc-{claim.Metadata.Uid}");
            else
                _events.Warning(About(claim), "ProvisioningFailed", $"Failed to provision volume with StorageClass \"{storageClass.Metadata.Name}\": {error.Message}");
            return error;
        }
        if (storageClass.Provisioner == "kubernetes.io/no-provisioner")
            return null;
        _events.Normal(
            About(claim), "ExternalProvisioning",
            $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the system administrator. "
            + "If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
        return null;
    }

    private ObjectReference About(V1PersistentVolumeClaim claim) => Owner.Of(_context.Client.Of<V1PersistentVolumeClaim>().Type, claim).ForEvents();
}
