// SPDX-License-Identifier: Apache-2.0

using k8s;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps as many pods as a ReplicaSet or ReplicationController asks for (pkg/controller/replicaset/replica_set.go).</summary>
internal sealed class ReplicaController<T> : IController
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>At most this many creations or deletions in one go.</summary>
    private const int Burst = 500;
    private readonly ControllerContext _context;
    private readonly ReplicaKind<T> _kind;
    private readonly ResourceType<T> _type;
    private readonly Informer<T> _sets;
    private readonly Expectations _expectations;
    private readonly OwnershipClaims _claims;
    private readonly PodControl _podControl;
    private readonly Controller<ObjectKey> _loop;

    public ReplicaController(ControllerContext context, ReplicaKind<T> kind)
    {
        _context = context;
        _kind = kind;
        _type = context.Client.Of<T>().Type;
        _sets = context.Of<T>();
        _expectations = new Expectations(context.Time);
        _claims = new OwnershipClaims(context.Api, PodControl.Pods);
        _podControl = new PodControl(context.Api, context.Events(kind.Component));
        _loop = context.Controller(kind.Component, [_sets, context.Pods], ReconcileAsync);
        _sets.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted)
                _expectations.Forget(change.Key);
            _loop.Queue.Add(change.Key);
        });
        context.Pods.AddHandler(PodChanged);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private void PodChanged(InformerEvent<PodSummary> change)
    {
        // The owner before the change too: a pod that was let go is one less for it.
        if (change.Old?.Controller is { } before && before.Uid != change.New?.Controller?.Uid && KeyOf(before, change.Key.Namespace) is { } left)
        {
            if (change.Type == InformerEventType.Deleted)
                _expectations.DeletionObserved(left, change.Old.Uid);
            _loop.Queue.Add(left);
        }
        if (change.New is not { } pod)
            return;
        if (pod.Controller is not { } owner)
        {
            EnqueueMatching(pod);
            return;
        }
        if (KeyOf(owner, change.Key.Namespace) is not { } key)
            return;
        if (change.Type == InformerEventType.Added)
            _expectations.CreationObserved(key);
        if (pod.IsDeleting)
            _expectations.DeletionObserved(key, pod.Uid);
        _loop.Queue.Add(key);
    }

    private ObjectKey? KeyOf(OwnerReference owner, string ns) =>
        owner.Kind == _type.Kind.Kind && owner.ApiVersion == _type.Kind.ApiVersion ? new ObjectKey(ns, owner.Name) : null;

    private void EnqueueMatching(PodSummary orphan)
    {
        if (orphan.IsDeleting)
            return;
        foreach (T set in _sets.Cache.ByIndex(PodIndexes.Namespace, orphan.Key.Namespace))
        {
            ReplicaOwner view = View(set);
            if (view.Selector.Matches(orphan.Labels))
                _loop.Queue.Add(view.Owner.Key);
        }
    }

    private ReplicaOwner View(T set) => _kind.View(set, Owner.Of(_type, set));

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Cache.Get(key) is not { } set)
        {
            _expectations.Forget(key);
            return ReconcileResult.Done;
        }
        ReplicaOwner owner = View(set);
        bool settled = _expectations.Satisfied(key);
        IEnumerable<PodSummary> candidates =
            _context.Pods.Cache.ByIndex(PodIndexes.Controller, owner.Owner.Uid).Concat(_context.Pods.Cache.ByIndex(PodIndexes.Orphans, key.Namespace));
        (List<PodSummary> pods, ApiStatus? error) =
            await _claims.ClaimAsync(owner.Owner, owner.Selector, candidates.Where(pod => !pod.IsFinished), cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);

        List<PodSummary> active = [.. pods.Where(pod => pod.IsActive)];
        bool scales = settled && !owner.Owner.IsDeleting && active.Count != owner.Replicas;
        ApiStatus? refused = scales ? await ScaleAsync(owner, active, cancel) : null;
        ReplicaStatus status = StatusOf(owner, active, pods.Count - active.Count, refused);
        // Where none is made or removed, a look at all pods leads to counts only.
        TimeSpan rest = scales ? TimeSpan.Zero : ReconcileResult.RestAfter(pods.Count);
        ApiStatus? unwritten = await WriteStatusAsync(set, owner, status, cancel);
        if ((refused ?? unwritten) is { } failure)
            return ReconcileResult.Failed(failure);
        // Readiness that ages into availability changes no object: somebody has to look.
        return owner.MinReadySeconds > 0 && status.Ready == owner.Replicas && status.Available != owner.Replicas
            ? ReconcileResult.Again(NextAvailable(active, owner.MinReadySeconds)) with { Rest = rest }
            : new ReconcileResult { Rest = rest };
    }

    private TimeSpan NextAvailable(List<PodSummary> pods, int minReadySeconds)
    {
        DateTimeOffset now = _context.Now;
        IEnumerable<TimeSpan> waits = pods.Where(pod => pod.IsReady && !pod.IsAvailable(minReadySeconds, now))
            .Select(pod => (pod.ReadySince ?? now).AddSeconds(minReadySeconds) - now);
        return waits.DefaultIfEmpty(TimeSpan.FromSeconds(minReadySeconds)).Min() + TimeSpan.FromMilliseconds(50);
    }

    private Task<ApiStatus?> ScaleAsync(ReplicaOwner owner, List<PodSummary> active, CancellationToken cancel)
    {
        int missing = owner.Replicas - active.Count;
        return missing switch
        {
            0 => Task.FromResult<ApiStatus?>(null),
            > 0 => CreateAsync(owner, Math.Min(missing, Burst), cancel),
            _ => DeleteAsync(owner, active, Math.Min(-missing, Burst), cancel),
        };
    }

    private async Task<ApiStatus?> CreateAsync(ReplicaOwner owner, int count, CancellationToken cancel)
    {
        ObjectKey key = owner.Owner.Key;
        byte[] pod = KubeJson.ToUtf8(PodTemplates.NewPod(owner.Template, owner.Owner));
        _expectations.ExpectCreations(key, count);
        (int done, ApiStatus? error) = await SlowStart.RunAsync(count, async _ =>
        {
            ApiStatus? refused = await _podControl.CreateAsync(owner.Owner, pod, cancel);
            return refused is not null && PodControl.IsNamespaceTerminating(refused) ? refused with { Code = 0 } : refused;
        });
        for (int i = done; i < count; i++)
            _expectations.CreationObserved(key);
        return error is { Code: 0 } ? null : error;
    }

    private Task<ApiStatus?> DeleteAsync(ReplicaOwner owner, List<PodSummary> active, int count, CancellationToken cancel)
    {
        // When all go, none goes first: ranking thousands again for every few hundred would be most of the work.
        IEnumerable<PodSummary> ranked = owner.Replicas == 0 ? active : active.Order(new DeletionRanking(Crowding(owner, active), _context.Now));
        PodSummary[] victims = [.. ranked.Take(count)];
        return _podControl.DeleteAllAsync(owner.Owner, victims, _expectations, cancel);
    }

    /// <summary>Pods on each node, of this set and of the others under the same Deployment.</summary>
    private Dictionary<string, int> Crowding(ReplicaOwner owner, List<PodSummary> active)
    {
        IEnumerable<PodSummary> related = owner.ParentUid is not { } parent
            ? active
            : _sets.Cache.ByIndex(PodIndexes.Controller, parent)
                .SelectMany(sibling => _context.Pods.Cache.ByIndex(PodIndexes.Controller, sibling.Metadata.Uid)).Where(pod => pod.IsActive);
        return related.Where(pod => pod.NodeName.Length > 0).CountBy(pod => pod.NodeName).ToDictionary(StringComparer.Ordinal);
    }

    private ReplicaStatus StatusOf(ReplicaOwner owner, List<PodSummary> active, int terminating, ApiStatus? refused)
    {
        LabelSelector template = owner.Template.Metadata?.Labels.ToSelector() ?? LabelSelector.Everything;
        DateTimeOffset now = _context.Now;
        return new ReplicaStatus
        {
            Replicas = active.Count,
            FullyLabeled = active.Count(pod => template.Matches(pod.Labels)),
            Ready = active.Count(pod => pod.IsReady),
            Available = active.Count(pod => pod.IsAvailable(owner.MinReadySeconds, now)),
            Terminating = terminating,
            ObservedGeneration = owner.Generation,
            Failure = FailureOf(owner, active.Count, refused),
        };
    }

    private ReplicaFailure? FailureOf(ReplicaOwner owner, int active, ApiStatus? refused)
    {
        if (refused is null)
            return null;
        // The first refusal stays, with its time, until things go well again.
        string reason = active < owner.Replicas ? "FailedCreate" : "FailedDelete";
        return owner.Status.Failure ?? new ReplicaFailure(reason, refused.Message, _context.NowSeconds);
    }

    private async Task<ApiStatus?> WriteStatusAsync(T set, ReplicaOwner owner, ReplicaStatus status, CancellationToken cancel)
    {
        if (status == owner.Status)
            return null;
        ApiResult<T> written = await _context.Client.Of<T>().UpdateStatusAsync(owner.Owner.Namespace, owner.Owner.Name, _kind.WithStatus(set, status), cancel);
        return written.Error is { IsNotFound: true } ? null : written.Error;
    }
}
