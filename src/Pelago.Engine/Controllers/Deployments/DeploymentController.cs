// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Rolls Deployments out through ReplicaSets (pkg/controller/deployment/deployment_controller.go).</summary>
internal sealed class DeploymentController : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1Deployment> _deployments;
    private readonly Informer<V1ReplicaSet> _replicaSets;
    private readonly EventRecorder _events;
    private readonly OwnershipClaims _claims;
    private readonly DeploymentSets _sets;
    private readonly DeploymentProgress _progress;
    private readonly RollingUpdate _rolling;
    private readonly ProportionalScaling _scaling;
    private readonly Controller<ObjectKey> _loop;

    public DeploymentController(ControllerContext context)
    {
        _context = context;
        _deployments = context.Of<V1Deployment>();
        _replicaSets = context.Of<V1ReplicaSet>();
        _events = context.Events("deployment-controller");
        _claims = new OwnershipClaims(context.Api, _replicaSets.Resource);
        _sets = new DeploymentSets(context, _events);
        _progress = new DeploymentProgress(context);
        _rolling = new RollingUpdate(_sets);
        _scaling = new ProportionalScaling(_sets);
        _loop = context.Controller("deployment-controller", [_deployments, _replicaSets, context.Pods], ReconcileAsync);
        _deployments.AddHandler(change => _loop.Queue.Add(change.Key));
        _replicaSets.AddHandler(SetChanged);
        context.Pods.AddHandler(PodChanged);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private void SetChanged(InformerEvent<V1ReplicaSet> change)
    {
        OwnerReference? before = change.Old is null ? null : new OwnedModel<V1ReplicaSet>(change.Old).Controller;
        OwnerReference? after = change.New is null ? null : new OwnedModel<V1ReplicaSet>(change.New).Controller;
        Enqueue(before, change.Key.Namespace);
        Enqueue(after, change.Key.Namespace);
        if (after is not null || change.New is not { } orphan)
            return;
        IReadOnlyDictionary<string, string> labels = OwnedModel<V1ReplicaSet>.LabelsOf(orphan.Metadata);
        foreach (V1Deployment deployment in _deployments.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
        {
            if (deployment.Spec.Selector.ToSelector().Matches(labels))
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, deployment.Metadata.Name));
        }
    }

    /// <summary>Only Recreate waits for pods: it goes on when the last old one is gone.</summary>
    private void PodChanged(InformerEvent<PodSummary> change)
    {
        if (change.Type != InformerEventType.Deleted || change.Old?.Controller is not { Kind: "ReplicaSet" } owner)
            return;
        if (_replicaSets.Cache.Get(change.Key.Namespace, owner.Name) is { } set)
            Enqueue(new OwnedModel<V1ReplicaSet>(set).Controller, change.Key.Namespace);
    }

    private void Enqueue(OwnerReference? owner, string ns)
    {
        if (owner is { Kind: "Deployment" })
            _loop.Queue.Add(new ObjectKey(ns, owner.Name));
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_deployments.Cache.Get(key) is not { } cached)
            return ReconcileResult.Done;
        V1Deployment deployment = ModelJson.Copy(cached);
        Owner owner = Owner.Of(_context.Client.Of<V1Deployment>().Type, deployment);
        if (deployment.Spec.Selector is null or { MatchLabels: null or { Count: 0 }, MatchExpressions: null or { Count: 0 } })
            return await RefuseSelectingAllAsync(deployment, owner, cancel);

        IEnumerable<V1ReplicaSet> candidates = _replicaSets.Cache.ByIndex(PodIndexes.Controller, owner.Uid)
            .Concat(_replicaSets.Cache.ByIndex(PodIndexes.Orphans, key.Namespace));
        (List<OwnedModel<V1ReplicaSet>> claimed, ApiStatus? error) = await _claims.ClaimAsync(
            owner, deployment.Spec.Selector.ToSelector(), candidates.Select(set => new OwnedModel<V1ReplicaSet>(set)), cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);

        var rollout = new Rollout(deployment, [.. claimed.Select(set => set.Value)]);
        if (owner.IsDeleting)
            return ReconcileResult.From(await WriteStatusAsync(rollout, _progress.Calculate(rollout), cancel));
        error = await NotePauseAsync(rollout, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);
        if (deployment.Spec.Paused == true || ProportionalScaling.IsScaling(rollout))
            return await SyncAsync(rollout, cancel);
        return await RollOutAsync(rollout, cancel);
    }

    private async Task<ReconcileResult> RollOutAsync(Rollout rollout, CancellationToken cancel)
    {
        bool rolling = RolloutMath.IsRolling(rollout.Deployment);
        ApiStatus? error = rolling ? await RollAsync(rollout, cancel) : await RecreateAsync(rollout, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);
        V1DeploymentStatus status = _progress.CalculateRollout(rollout);
        if (DeploymentProgress.IsComplete(rollout, status) && await _sets.CleanUpAsync(rollout, cancel) is { } unclean)
            return ReconcileResult.Failed(unclean);
        if (await WriteStatusAsync(rollout, status, cancel) is { } unwritten)
            return ReconcileResult.Failed(unwritten);
        return _progress.UntilDeadline(rollout, status) is { } left ? ReconcileResult.Again(left) : ReconcileResult.Done;
    }

    private async Task<ApiStatus?> RollAsync(Rollout rollout, CancellationToken cancel)
    {
        ApiStatus? error = await _sets.SyncNewAsync(rollout, createIfAbsent: true, cancel);
        return error is not null || rollout.New is null ? error : await _rolling.StepAsync(rollout, cancel);
    }

    private async Task<ApiStatus?> RecreateAsync(Rollout rollout, CancellationToken cancel)
    {
        ApiStatus? error = await _sets.SyncNewAsync(rollout, createIfAbsent: false, cancel);
        if (error is not null)
            return error;
        bool scaled = false;
        foreach (V1ReplicaSet old in rollout.Old.Where(set => Rollout.Replicas(set) > 0).ToArray())
        {
            if (await _sets.ScaleAsync(rollout, old, 0, cancel) is { } refused)
                return refused;
            scaled = true;
        }
        if (scaled || OldPodsRun(rollout))
            return null;
        error = await _sets.SyncNewAsync(rollout, createIfAbsent: true, cancel);
        return error is not null || rollout.New is null ? error : await _sets.ScaleAsync(rollout, rollout.New, rollout.Desired, cancel);
    }

    private bool OldPodsRun(Rollout rollout) =>
        rollout.Old.Any(set => _context.Pods.Cache.ByIndex(PodIndexes.Controller, set.Metadata.Uid).Any(pod => !pod.IsFinished));

    /// <summary>Paused, or scaled in mid-rollout: numbers are kept, no rollout is driven.</summary>
    private async Task<ReconcileResult> SyncAsync(Rollout rollout, CancellationToken cancel)
    {
        ApiStatus? error = await _sets.SyncNewAsync(rollout, createIfAbsent: false, cancel) ?? await _scaling.ScaleAsync(rollout, cancel);
        if (error is null && rollout.Deployment.Spec.Paused == true)
            error = await _sets.CleanUpAsync(rollout, cancel);
        return ReconcileResult.From(error ?? await WriteStatusAsync(rollout, _progress.Calculate(rollout), cancel));
    }

    /// <summary>The time that a rollout is paused must not count against its deadline.</summary>
    private async Task<ApiStatus?> NotePauseAsync(Rollout rollout, CancellationToken cancel)
    {
        V1Deployment deployment = rollout.Deployment;
        if (deployment.Spec.ProgressDeadlineSeconds is null or int.MaxValue)
            return null;
        V1DeploymentCondition? condition = DeploymentConditions.Find(deployment.Status, DeploymentConditions.Progressing);
        bool paused = deployment.Spec.Paused == true;
        bool noted = condition?.Reason == DeploymentConditions.Paused;
        if (condition?.Reason == DeploymentConditions.TimedOut || paused == noted)
            return null;
        V1DeploymentStatus status = deployment.Status is null ? new V1DeploymentStatus() : ModelJson.Copy(deployment.Status);
        DeploymentConditions.Set(
            status, DeploymentConditions.Progressing, "Unknown", paused ? DeploymentConditions.Paused : "DeploymentResumed",
            paused ? "Deployment is paused" : "Deployment is resumed", _context.NowSeconds);
        return await WriteStatusAsync(rollout, status, cancel);
    }

    private async Task<ReconcileResult> RefuseSelectingAllAsync(V1Deployment deployment, Owner owner, CancellationToken cancel)
    {
        _events.Warning(owner.ForEvents(), "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
        if (deployment.Status?.ObservedGeneration >= deployment.Metadata.Generation)
            return ReconcileResult.Done;
        V1DeploymentStatus status = deployment.Status ?? new V1DeploymentStatus();
        status.ObservedGeneration = deployment.Metadata.Generation;
        return ReconcileResult.From(await WriteStatusAsync(new Rollout(deployment, []), status, cancel));
    }

    private async Task<ApiStatus?> WriteStatusAsync(Rollout rollout, V1DeploymentStatus status, CancellationToken cancel)
    {
        V1Deployment deployment = rollout.Deployment;
        if (deployment.Status is not null && ModelJson.Encode(deployment.Status).AsSpan().SequenceEqual(ModelJson.Encode(status)))
            return null;
        ApiResult<V1Deployment> written =
            await _context.Client.Of<V1Deployment>().UpdateStatusAsync(rollout.Namespace, deployment.Metadata.Name, deployment with { Status = status }, cancel);
        if (written.IsSuccess)
            rollout.Deployment = written.Value;
        return written.Error is { IsNotFound: true } ? null : written.Error;
    }
}
