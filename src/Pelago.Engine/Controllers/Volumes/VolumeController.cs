// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the phase of volumes, and gives back those whose claim is gone (pkg/controller/volume/persistentvolume syncVolume).</summary>
internal sealed class VolumeController : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1PersistentVolume> _volumes;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly EventRecorder _events;
    private readonly VolumeBinding _binding;
    private readonly DirectoryProvisioner? _provisioner;
    private readonly Controller<ObjectKey> _loop;

    public VolumeController(ControllerContext context, DirectoryProvisioner? provisioner)
    {
        _context = context;
        _provisioner = provisioner;
        _volumes = context.Of<V1PersistentVolume>();
        _claims = context.Of<V1PersistentVolumeClaim>();
        _events = context.Events("persistentvolume-controller");
        _binding = new VolumeBinding(context);
        _loop = context.Controller("persistentvolume-controller", [_volumes, _claims], ReconcileAsync);
        _volumes.AddHandler(change => _loop.Queue.Add(change.Key));
        _claims.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted && change.Old!.Spec.VolumeName is { Length: > 0 } volume)
                _loop.Queue.Add(new ObjectKey("", volume));
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_volumes.Cache.Get(key) is not { } volume)
            return ReconcileResult.Done;
        if (volume.Metadata.DeletionTimestamp is not null && volume.Status?.Phase is not "Bound" and not "Released")
            return ReconcileResult.Done;
        if (volume.Spec.ClaimRef is not { Uid.Length: > 0 } reference)
            return ReconcileResult.From(await _binding.WritePhaseAsync(volume, "Available", cancel));
        V1PersistentVolumeClaim? claim = _claims.Cache.Get(reference.NamespaceProperty, reference.Name);
        if (claim?.Metadata.Uid == reference.Uid)
            return ReconcileResult.Done;
        ApiResult<V1PersistentVolumeClaim> live = await _context.Client.Of<V1PersistentVolumeClaim>().GetAsync(reference.NamespaceProperty, reference.Name, cancel);
        if (live.IsSuccess && live.Value.Metadata.Uid == reference.Uid)
            return ReconcileResult.Again(TimeSpan.FromSeconds(1));
        if (!live.IsSuccess && !live.IsNotFound)
            return ReconcileResult.Failed(live.Error);
        return ReconcileResult.From(await _binding.WritePhaseAsync(volume, "Released", cancel) ?? await ReclaimAsync(volume, cancel));
    }

    private async Task<ApiStatus?> ReclaimAsync(V1PersistentVolume volume, CancellationToken cancel)
    {
        bool provisionedHere = volume.Metadata.Annotations is { } annotations && annotations.TryGetValue(VolumeFacts.ProvisionedBy, out string? by) && by == DirectoryProvisioner.Name;
        if (volume.Spec.PersistentVolumeReclaimPolicy != "Delete" || !provisionedHere || _provisioner is null)
            return null;
        if (_provisioner.Delete(volume) is { } undeleted)
        {
            _events.Warning(Owner.Of(_context.Client.Of<V1PersistentVolume>().Type, volume).ForEvents(), "VolumeFailedDelete", undeleted.Message);
            return undeleted;
        }
        ApiStatus? error = await _context.Client.Of<V1PersistentVolume>().DeleteAsync("", volume.Metadata.Name, new DeleteQuery { Uid = volume.Metadata.Uid }, cancel);
        return error is { IsNotFound: false, IsConflict: false } ? error : null;
    }
}
