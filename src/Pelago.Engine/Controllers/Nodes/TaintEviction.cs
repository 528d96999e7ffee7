// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Engine.Eviction;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Deletes pods that do not tolerate, or no longer tolerate, the NoExecute taints of their node (pkg/controller/tainteviction).</summary>
internal sealed class TaintEviction : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1Node> _nodes;
    private readonly EventRecorder _events;
    private readonly EvictionTimes _times;
    private readonly Controller<ObjectKey> _loop;

    public TaintEviction(ControllerContext context)
    {
        _context = context;
        _nodes = context.Of<V1Node>();
        _events = context.Events("taint-eviction-controller");
        _times = new EvictionTimes(context.Time);
        _loop = context.Controller("taint-eviction-controller", [_nodes, context.Pods], ReconcileAsync);
        _nodes.AddHandler(change =>
        {
            // Taints that went matter, too: when one comes back, its time begins anew.
            if (change.New is not { } node || (TaintsOf(node).Length == 0 && (change.Old is not { } old || TaintsOf(old).Length == 0)))
                return;
            foreach (PodSummary pod in context.Pods.Cache.ByIndex(PodIndexes.Node, node.Metadata.Name))
                _loop.Queue.Add(pod.Key);
        });
        context.Pods.AddHandler(change =>
        {
            if (change.New is null)
                _times.Forget(change.Key);
            if (change.New is { NodeName.Length: > 0 } pod && change.Old?.NodeName != pod.NodeName && _nodes.Cache.Get("", pod.NodeName) is { } node && TaintsOf(node).Length > 0)
                _loop.Queue.Add(change.Key);
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private static V1Taint[] TaintsOf(V1Node node) => [.. (node.Spec?.Taints ?? []).Where(taint => taint.Effect == "NoExecute")];

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_context.Pods.Cache.Get(key) is not { IsDeleting: false, IsFinished: false } pod || _nodes.Cache.Get("", pod.NodeName) is not { } node)
        {
            _times.Forget(key);
            return ReconcileResult.Done;
        }
        if (_times.Of(pod, TaintsOf(node)) is not { } at)
            return ReconcileResult.Done;
        TimeSpan left = at - _context.Now;
        return left > TimeSpan.Zero ? ReconcileResult.Again(left) : ReconcileResult.From(await EvictAsync(pod, cancel));
    }

    private async Task<ApiStatus?> EvictAsync(PodSummary pod, CancellationToken cancel)
    {
        _events.Normal(new ObjectReference("v1", "Pod", pod.Key.Namespace, pod.Key.Name, pod.Uid), "TaintManagerEviction", $"Marking for deletion Pod {pod.Key}");
        var path = new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name);
        byte[] patch = KubeJson.ToUtf8(DisruptionTarget.TaintManager.Patch(_context.Time, pod.Uid));
        ApiStatus? error = (await _context.Api.PatchAsync(path with { Subresource = "status" }, PatchType.StrategicMerge, patch, WriteQuery.None, cancel)).Error;
        if (error is { IsNotFound: false, IsConflict: false })
            return error;
        error = (await _context.Api.DeleteAsync(path, new DeleteQuery { Uid = pod.Uid }, cancel)).Error;
        return error is { IsNotFound: false, IsConflict: false } ? error : null;
    }
}
