// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the numbered pods of StatefulSets, one step at a time where order matters (pkg/controller/statefulset).</summary>
internal sealed class StatefulSetController : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1StatefulSet> _sets;
    private readonly EventRecorder _events;
    private readonly OwnershipClaims _claims;
    private readonly RevisionHistory _history;
    private readonly StatefulPods _pods;
    private readonly Controller<ObjectKey> _loop;

    public StatefulSetController(ControllerContext context)
    {
        _context = context;
        _sets = context.Of<V1StatefulSet>();
        Informer<V1PersistentVolumeClaim> claims = context.Of<V1PersistentVolumeClaim>();
        _events = context.Events("statefulset-controller");
        _claims = new OwnershipClaims(context.Api, PodControl.Pods);
        _history = new RevisionHistory(context);
        _pods = new StatefulPods(context, _events, claims);
        _loop = context.Controller("statefulset-controller", [_sets, context.Pods, _history.Informer, claims], ReconcileAsync);
        _sets.AddHandler(change => _loop.Queue.Add(change.Key));
        context.Pods.AddHandler(PodChanged);
        claims.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted)
                EnqueueClaimUsers(change.Key);
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private void PodChanged(InformerEvent<PodSummary> change)
    {
        foreach (OwnerReference owner in new[] { change.Old?.Controller, change.New?.Controller }.OfType<OwnerReference>().DistinctBy(owner => owner.Uid))
        {
            if (owner is { Kind: "StatefulSet", ApiVersion: "apps/v1" })
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, owner.Name));
        }
        if (change.New is not { Controller: null } orphan)
            return;
        foreach (V1StatefulSet set in _sets.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
        {
            if (StatefulPods.OrdinalOf(set.Metadata.Name, orphan.Key.Name) is not null && set.Spec.Selector.ToSelector().Matches(orphan.Labels))
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, set.Metadata.Name));
        }
    }

    private void EnqueueClaimUsers(ObjectKey claim)
    {
        foreach (V1StatefulSet set in _sets.Cache.ByIndex(PodIndexes.Namespace, claim.Namespace))
        {
            if ((set.Spec.VolumeClaimTemplates ?? []).Any(template => claim.Name.StartsWith($"{template.Metadata.Name}-{set.Metadata.Name}-", StringComparison.Ordinal)))
                _loop.Queue.Add(new ObjectKey(claim.Namespace, set.Metadata.Name));
        }
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Cache.Get(key) is not { } set || set.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        Owner owner = Owner.Of(_context.Client.Of<V1StatefulSet>().Type, set);
        LabelSelector selector = set.Spec.Selector.ToSelector();
        IEnumerable<PodSummary> candidates = _context.Pods.Cache.ByIndex(PodIndexes.Controller, owner.Uid)
            .Concat(_context.Pods.Cache.ByIndex(PodIndexes.Orphans, key.Namespace).Where(pod => StatefulPods.OrdinalOf(key.Name, pod.Key.Name) is not null));
        (List<PodSummary> pods, ApiStatus? error) = await _claims.ClaimAsync(owner, selector, candidates, cancel);
        (List<RevisionRecord> revisions, ApiStatus? unclaimed) = await _history.ListAsync(owner, selector, cancel);
        if ((error ?? unclaimed) is { } refused)
            return ReconcileResult.Failed(refused);
        (RevisionRecord? update, int collisions, error) = await _history.SyncAsync(
            owner, set.Spec.Template, "controller.kubernetes.io/hash", set.Status?.CollisionCount ?? 0, revisions, cancel);
        if (update is null)
            return ReconcileResult.Failed(error!);

        RevisionRecord current = revisions.LastOrDefault(record => record.Name == set.Status?.CurrentRevision) ?? update;
        var state = new StatefulSetState(set, pods, current, update, _context.Now);
        error = await StepAsync(owner, state, cancel);
        V1StatefulSetStatus status = state.Status(collisions == 0 ? set.Status?.CollisionCount : collisions);
        error ??= await WriteStatusAsync(owner, set, status, cancel);
        error ??= await _history.TruncateAsync(
            revisions, record => record.Name == current.Name || record.Name == update.Name || pods.Any(pod => StatefulSetState.RevisionOf(pod) == record.Name),
            set.Spec.RevisionHistoryLimit ?? 10, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);
        bool ages = state.MinReadySeconds > 0 && status.ReadyReplicas > status.AvailableReplicas;
        return ages ? ReconcileResult.Again(TimeSpan.FromSeconds(state.MinReadySeconds)) : ReconcileResult.Done;
    }

    /// <summary>Makes what is missing from the lowest ordinal up, then removes from the highest down, then updates; ordered sets wait for each pod.</summary>
    private async Task<ApiStatus?> StepAsync(Owner owner, StatefulSetState state, CancellationToken cancel)
    {
        (bool wait, ApiStatus? error) = await FillAsync(owner, state, cancel);
        if (error is not null || wait)
            return error;
        (wait, error) = await DrainAsync(owner, state, cancel);
        if (error is not null || wait || state.UpdatesOnDelete)
            return error;
        return await UpdateAsync(owner, state, cancel);
    }

    private async Task<(bool Wait, ApiStatus? Error)> FillAsync(Owner owner, StatefulSetState state, CancellationToken cancel)
    {
        bool changed = false;
        for (int i = 0; i < state.Replicas.Length; i++)
        {
            int ordinal = state.Start + i;
            PodSummary? pod = state.Replicas[i];
            ApiStatus? error = null;
            bool acted = true;
            if (pod is null)
                error = await _pods.CreateAsync(owner, state.Set, ordinal, state.RevisionFor(ordinal), cancel);
            else if (pod.IsFinished && !pod.IsDeleting)
                error = await ReplaceFailedAsync(owner, pod, cancel);
            else
                acted = false;
            error ??= pod is null ? null : await _pods.RetainAsync(owner, state.Set, pod, ordinal, condemned: false, cancel);
            if (error is not null)
                return (true, error);
            changed |= acted;
            if (state.IsOrdered && (pod is null || acted || !state.IsAvailable(pod)))
                return (true, null);
        }
        return (changed, null);
    }

    private Task<ApiStatus?> ReplaceFailedAsync(Owner owner, PodSummary pod, CancellationToken cancel)
    {
        if (pod.Phase == "Failed")
            _events.Warning(owner.ForEvents(), "RecreatingFailedPod", $"StatefulSet {owner.Key} is recreating failed Pod {pod.Key.Name}");
        else
            _events.Normal(owner.ForEvents(), "RecreatingTerminatedPod", $"StatefulSet {owner.Key} is recreating terminated Pod {pod.Key.Name}");
        return _pods.DeleteAsync(owner, pod, cancel);
    }

    private async Task<(bool Wait, ApiStatus? Error)> DrainAsync(Owner owner, StatefulSetState state, CancellationToken cancel)
    {
        foreach ((int ordinal, PodSummary pod) in state.Condemned)
        {
            ApiStatus? error = await _pods.RetainAsync(owner, state.Set, pod, ordinal, condemned: true, cancel);
            if (error is null && !pod.IsDeleting)
                error = await _pods.DeleteAsync(owner, pod, cancel);
            if (error is not null || state.IsOrdered)
                return (true, error);
        }
        return (state.Condemned.Count > 0, null);
    }

    /// <summary>One outdated pod goes when all above it have come back. The partition counts pods, whatever number the first has.</summary>
    private async Task<ApiStatus?> UpdateAsync(Owner owner, StatefulSetState state, CancellationToken cancel)
    {
        int unavailable = 0;
        int most = Math.Max(1, RolloutMath.Scaled(state.Set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable, state.Replicas.Length, roundUp: false, "1"));
        for (int i = state.Replicas.Length - 1; i >= Math.Max(0, state.Partition); i--)
        {
            if (state.Replicas[i] is not { } pod)
                return null;
            bool outdated = StatefulSetState.RevisionOf(pod) != state.Update.Name;
            if (outdated && !pod.IsDeleting && (unavailable < most || !state.IsHealthy(pod)))
            {
                if (await _pods.DeleteAsync(owner, pod, cancel) is { } error)
                    return error;
                unavailable++;
            }
            else if (!state.IsAvailable(pod))
            {
                unavailable++;
            }
            if (unavailable >= most)
                return null;
        }
        return null;
    }

    private async Task<ApiStatus?> WriteStatusAsync(Owner owner, V1StatefulSet set, V1StatefulSetStatus status, CancellationToken cancel)
    {
        if (set.Status is not null && ModelJson.Encode(set.Status).AsSpan().SequenceEqual(ModelJson.Encode(status)))
            return null;
        ApiResult<V1StatefulSet> written = await _context.Client.Of<V1StatefulSet>().UpdateStatusAsync(owner.Namespace, owner.Name, set with { Status = status }, cancel);
        return written.Error is { IsNotFound: true } ? null : written.Error;
    }
}
