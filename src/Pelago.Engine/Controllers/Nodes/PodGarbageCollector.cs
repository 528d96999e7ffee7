// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Engine.Eviction;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Deletes pods that nobody else will (pkg/controller/podgc): bound to nodes that are gone, terminating without ever having been bound, and
/// finished ones beyond the number kept.
/// </summary>
internal sealed class PodGarbageCollector : IController
{
    /// <summary>A node that is registered again within this time keeps its pods.</summary>
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);
    private static readonly ObjectKey Finished = new("", "finished");
    private readonly ControllerContext _context;
    private readonly Informer<V1Node> _nodes;
    private readonly Controller<ObjectKey> _loop;
    private int _finished;

    public PodGarbageCollector(ControllerContext context)
    {
        _context = context;
        _nodes = context.Of<V1Node>();
        _loop = context.Controller("pod-garbage-collector", [_nodes, context.Pods], ReconcileAsync);
        _nodes.AddHandler(change =>
        {
            if (change.Type != InformerEventType.Deleted)
                return;
            foreach (PodSummary pod in context.Pods.Cache.ByIndex(PodIndexes.Node, change.Key.Name))
                _loop.Queue.AddAfter(pod.Key, Quarantine);
        });
        context.Pods.AddHandler(PodChanged);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        await Task.WhenAll(_nodes.WaitForSyncAsync(cancel), _context.Pods.WaitForSyncAsync(cancel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Pods that came before the nodes were known, or whose node went while nobody watched.
        foreach (PodSummary pod in _context.Pods.Cache.List().Where(pod => pod.NodeName.Length > 0 && _nodes.Cache.Get("", pod.NodeName) is null))
            _loop.Queue.AddAfter(pod.Key, Quarantine);
        await _loop.RunAsync(cancel);
    }

    private void PodChanged(InformerEvent<PodSummary> change)
    {
        int now = (change.New?.IsFinished == true ? 1 : 0) - (change.Old?.IsFinished == true ? 1 : 0);
        if (now != 0 && Interlocked.Add(ref _finished, now) > _context.Options.FinishedPodsKept)
            _loop.Queue.AddAfter(Finished, TimeSpan.FromSeconds(20));
        if (change.New is not { } pod)
            return;
        if (pod is { IsDeleting: true, NodeName.Length: 0 })
            _loop.Queue.Add(change.Key);
        else if (pod.NodeName.Length > 0 && change.Old?.NodeName != pod.NodeName && _nodes.HasSynced && _nodes.Cache.Get("", pod.NodeName) is null)
            _loop.Queue.AddAfter(change.Key, Quarantine);
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (key == Finished)
            return await TrimFinishedAsync(cancel);
        if (_context.Pods.Cache.Get(key) is not { } pod)
            return ReconcileResult.Done;
        bool unbound = pod is { IsDeleting: true, NodeName.Length: 0 };
        if (!unbound && !await NodeIsGoneAsync(pod.NodeName, cancel))
            return ReconcileResult.Done;
        ApiStatus? error = unbound || pod.IsFinished ? null : await FailAsync(pod, cancel);
        return ReconcileResult.From(error ?? await DeleteAsync(pod, cancel));
    }

    private async Task<bool> NodeIsGoneAsync(string node, CancellationToken cancel) =>
        node.Length > 0 && _nodes.Cache.Get("", node) is null && (await _context.Client.Of<V1Node>().GetAsync("", node, cancel)).IsNotFound;

    private async Task<ReconcileResult> TrimFinishedAsync(CancellationToken cancel)
    {
        PodSummary[] finished = [.. _context.Pods.Cache.List().Where(pod => pod is { IsFinished: true, IsDeleting: false }).OrderBy(pod => pod.Created)];
        foreach (PodSummary pod in finished.Take(Math.Max(0, finished.Length - _context.Options.FinishedPodsKept)))
        {
            if (await DeleteAsync(pod, cancel) is { } error)
                return ReconcileResult.Failed(error);
        }
        return ReconcileResult.Done;
    }

    /// <summary>No kubelet will say it any more, and the finalizer of a Job keeps the pod until it has ended.</summary>
    private async Task<ApiStatus?> FailAsync(PodSummary pod, CancellationToken cancel)
    {
        var path = new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name, "status");
        byte[] patch = KubeJson.ToUtf8(DisruptionTarget.NodeGone.Patch(_context.Time, pod.Uid, phase: "Failed"));
        ApiStatus? error = (await _context.Api.PatchAsync(path, PatchType.StrategicMerge, patch, WriteQuery.None, cancel)).Error;
        return error is { IsNotFound: false, IsConflict: false } ? error : null;
    }

    private async Task<ApiStatus?> DeleteAsync(PodSummary pod, CancellationToken cancel)
    {
        var path = new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name);
        ApiStatus? error = (await _context.Api.DeleteAsync(path, new DeleteQuery { Uid = pod.Uid, GracePeriodSeconds = 0 }, cancel)).Error;
        return error is { IsNotFound: false, IsConflict: false } ? error : null;
    }
}
