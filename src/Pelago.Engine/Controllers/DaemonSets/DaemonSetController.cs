// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Runs one pod of a DaemonSet on each node that fits (pkg/controller/daemon).</summary>
internal sealed class DaemonSetController : IController
{
    private const int Burst = 250;
    private readonly ControllerContext _context;
    private readonly Informer<V1DaemonSet> _sets;
    private readonly Informer<V1Node> _nodes;
    private readonly EventRecorder _events;
    private readonly Expectations _expectations;
    private readonly OwnershipClaims _claims;
    private readonly RevisionHistory _history;
    private readonly PodControl _control;
    private readonly DaemonBackoff _backoff;
    private readonly Controller<ObjectKey> _loop;

    public DaemonSetController(ControllerContext context)
    {
        _context = context;
        _sets = context.Of<V1DaemonSet>();
        _nodes = context.Of<V1Node>();
        _events = context.Events("daemonset-controller");
        _expectations = new Expectations(context.Time);
        _claims = new OwnershipClaims(context.Api, PodControl.Pods);
        _history = new RevisionHistory(context);
        _control = new PodControl(context.Api, _events);
        _backoff = new DaemonBackoff(context.Time);
        _loop = context.Controller("daemonset-controller", [_sets, _nodes, context.Pods, _history.Informer], ReconcileAsync);
        _sets.AddHandler(change => _loop.Queue.Add(change.Key));
        _nodes.AddHandler(NodeChanged);
        context.Pods.AddHandler(PodChanged);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    /// <summary>Heartbeats change nothing that matters here: labels and taints do, and only for sets that they concern.</summary>
    private void NodeChanged(InformerEvent<V1Node> change)
    {
        foreach (V1DaemonSet set in _sets.Cache.List())
        {
            (bool ShouldRun, bool MayStay)? before = change.Old is null ? null : DaemonPods.Fits(set, change.Old);
            (bool ShouldRun, bool MayStay)? after = change.New is null ? null : DaemonPods.Fits(set, change.New);
            if (before != after)
                _loop.Queue.Add(new ObjectKey(set.Metadata.NamespaceProperty, set.Metadata.Name));
        }
    }

    private void PodChanged(InformerEvent<PodSummary> change)
    {
        foreach (OwnerReference owner in new[] { change.Old?.Controller, change.New?.Controller }.OfType<OwnerReference>().DistinctBy(owner => owner.Uid))
        {
            if (owner is not { Kind: "DaemonSet", ApiVersion: "apps/v1" })
                continue;
            var key = new ObjectKey(change.Key.Namespace, owner.Name);
            if (change.Type == InformerEventType.Added)
                _expectations.CreationObserved(key);
            if (change.Type == InformerEventType.Deleted || change.New is { IsDeleting: true })
                _expectations.DeletionObserved(key, change.Latest.Uid);
            _loop.Queue.Add(key);
        }
        if (change.New is not { Controller: null, IsDeleting: false } orphan)
            return;
        foreach (V1DaemonSet set in _sets.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
        {
            if (set.Spec.Selector.ToSelector().Matches(orphan.Labels))
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, set.Metadata.Name));
        }
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Cache.Get(key) is not { } set)
        {
            _expectations.Forget(key);
            _backoff.Forget(key);
            return ReconcileResult.Done;
        }
        if (set.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        Owner owner = Owner.Of(_context.Client.Of<V1DaemonSet>().Type, set);
        LabelSelector selector = set.Spec.Selector.ToSelector();
        if (selector.IsEverything)
        {
            _events.Warning(owner.ForEvents(), "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return ReconcileResult.Done;
        }
        // Asked before the pods are read: what is seen between the two is not among them.
        bool settled = _expectations.Satisfied(key);
        IEnumerable<PodSummary> candidates = _context.Pods.Cache.ByIndex(PodIndexes.Controller, owner.Uid)
            .Concat(_context.Pods.Cache.ByIndex(PodIndexes.Orphans, key.Namespace));
        (List<PodSummary> pods, ApiStatus? error) = await _claims.ClaimAsync(owner, selector, candidates, cancel);
        (List<RevisionRecord> revisions, ApiStatus? unclaimed) = await _history.ListAsync(owner, selector, cancel);
        if ((error ?? unclaimed) is { } refused)
            return ReconcileResult.Failed(refused);
        (RevisionRecord? current, int collisions, error) = await _history.SyncAsync(
            owner, set.Spec.Template, DaemonPods.HashLabel, set.Status?.CollisionCount ?? 0, revisions, cancel);
        if (current is null)
            return ReconcileResult.Failed(error!);

        var state = new DaemonSetState(set, _nodes.Cache.List(), pods, current.Hash, _context.Now);
        TimeSpan? wait = null;
        if (settled)
            (error, wait) = await ActAsync(owner, state, cancel);
        V1DaemonSetStatus status = state.Status(collisions == 0 ? set.Status?.CollisionCount : collisions);
        error ??= await WriteStatusAsync(owner, set, status, cancel);
        error ??= await _history.TruncateAsync(
            revisions, record => record.Hash == current.Hash || pods.Any(pod => pod.Labels.GetValueOrDefault(DaemonPods.HashLabel) == record.Hash),
            set.Spec.RevisionHistoryLimit ?? 10, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);
        bool ages = state.MinReadySeconds > 0 && status.NumberReady != (status.NumberAvailable ?? 0);
        if (ages && (wait is null || wait.Value.TotalSeconds > state.MinReadySeconds))
            wait = TimeSpan.FromSeconds(state.MinReadySeconds);
        return wait is { } again ? ReconcileResult.Again(again) : ReconcileResult.Done;
    }

    private async Task<(ApiStatus? Error, TimeSpan? Wait)> ActAsync(Owner owner, DaemonSetState state, CancellationToken cancel)
    {
        long generation = state.Set.Metadata.Generation ?? 0;
        DaemonSetPlan plan = DaemonSetPlan.Manage(state, node => _backoff.Left(owner, generation, node));
        TimeSpan? wait = plan.Wait;
        if (plan.Create.Count == 0 && plan.Delete.Count == 0 && !state.IsOnDelete)
            plan = DaemonSetPlan.Roll(state);
        foreach (PodSummary failed in plan.Failed)
            _events.Warning(owner.ForEvents(), "FailedDaemonPod", $"Found failed daemon pod {failed.Key} on node {DaemonPods.NodeOf(failed)}, will try to kill it");
        foreach (string node in plan.Failed.Select(DaemonPods.NodeOf).Distinct())
            _backoff.Note(owner, generation, node);
        ApiStatus? error = await DeleteAsync(owner, [.. plan.Delete.Take(Burst)], cancel);
        return (error ?? await CreateAsync(owner, state, [.. plan.Create.Take(Burst)], cancel), wait);
    }

    private async Task<ApiStatus?> CreateAsync(Owner owner, DaemonSetState state, string[] nodes, CancellationToken cancel)
    {
        if (nodes.Length == 0)
            return null;
        _expectations.ExpectCreations(owner.Key, nodes.Length);
        (int done, ApiStatus? error) = await SlowStart.RunAsync(nodes.Length, async at =>
        {
            byte[] pod = KubeJson.ToUtf8(DaemonPods.NewPod(owner, state.Set, nodes[at], state.Hash));
            ApiStatus? refused = await _control.CreateAsync(owner, pod, cancel);
            return refused is not null && PodControl.IsNamespaceTerminating(refused) ? refused with { Code = 0 } : refused;
        });
        for (int i = done; i < nodes.Length; i++)
            _expectations.CreationObserved(owner.Key);
        return error is { Code: 0 } ? null : error;
    }

    private Task<ApiStatus?> DeleteAsync(Owner owner, PodSummary[] victims, CancellationToken cancel) =>
        victims.Length == 0 ? Task.FromResult<ApiStatus?>(null) : _control.DeleteAllAsync(owner, victims, _expectations, cancel);

    private async Task<ApiStatus?> WriteStatusAsync(Owner owner, V1DaemonSet set, V1DaemonSetStatus status, CancellationToken cancel)
    {
        if (set.Status is not null && ModelJson.Encode(set.Status).AsSpan().SequenceEqual(ModelJson.Encode(status)))
            return null;
        ApiResult<V1DaemonSet> written = await _context.Client.Of<V1DaemonSet>().UpdateStatusAsync(owner.Namespace, owner.Name, set with { Status = status }, cancel);
        return written.Error is { IsNotFound: true } ? null : written.Error;
    }
}
