// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Notices nodes that fall silent, says so in their conditions and taints, and takes their pods out of service (pkg/controller/nodelifecycle).
/// A node is looked at when it changes, and when its grace period ends: nothing is polled.
/// </summary>
internal sealed class NodeLifecycleController : IController
{
    private const string LeaseNamespace = "kube-node-lease";
    private readonly ControllerContext _context;
    private readonly Informer<V1Node> _nodes;
    private readonly NodeHeartbeats _heartbeats;
    private readonly EventRecorder _events;
    private readonly Controller<ObjectKey> _loop;

    public NodeLifecycleController(ControllerContext context)
    {
        _context = context;
        _nodes = context.Of<V1Node>();
        _heartbeats = new NodeHeartbeats(context.Time);
        _events = context.Events("node-controller");
        ResourceType<V1Lease> lease = context.Client.Of<V1Lease>().Type;
        Informer<string> leases = context.Informers.Get(lease.Resource, LeaseNamespace, ListQuery.Everything, RenewTime);
        _loop = context.Controller("node-lifecycle-controller", [_nodes, leases, context.Pods], ReconcileAsync);
        leases.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted || change.Old == change.New)
                return;
            _heartbeats.Heard(change.Key.Name);
            // Only a node that was given up has to be looked at at once; for the others the grace period starts over when it ends.
            if (_nodes.Cache.Get("", change.Key.Name) is { } node && NodeConditions.Find(node, "Ready")?.Status == "Unknown")
                _loop.Queue.Add(new ObjectKey("", change.Key.Name));
        });
        _nodes.AddHandler(NodeChanged);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private static string RenewTime(ReadOnlyMemory<byte> lease) => KubeObject.Parse(lease).Spec?.String("renewTime") ?? "";

    private void NodeChanged(InformerEvent<V1Node> change)
    {
        if (change.New is not { } node)
        {
            _heartbeats.Forget(change.Key.Name);
            return;
        }
        if (HeartbeatOf(change.Old) != HeartbeatOf(node))
            _heartbeats.Heard(node.Metadata.Name);
        _loop.Queue.Add(change.Key);
    }

    private static DateTime? HeartbeatOf(V1Node? node) => node is null ? null : NodeConditions.Find(node, "Ready")?.LastHeartbeatTime;

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_nodes.Cache.Get(key) is not { } node)
            return ReconcileResult.Done;
        TimeSpan silence = _heartbeats.Silence(key.Name);
        bool silent = silence >= _context.Options.NodeMonitorGracePeriod;
        if (silent && NodeConditions.Unknown(node, _context.NowSeconds) is { } unknown)
        {
            ApiResult<V1Node> written = await WriteConditionsAsync(node, unknown, cancel);
            if (!written.IsSuccess)
                return written.IsNotFound ? ReconcileResult.Done : ReconcileResult.Failed(written.Error);
            _events.Normal(About(node), "NodeNotReady", $"Node {key.Name} status is now: NodeNotReady");
            node = written.Value;
        }
        if (NodeTaints.Wanted(node, _context.NowSeconds) is { } taints && await WriteTaintsAsync(node, taints, cancel) is { } refused)
            return ReconcileResult.Failed(refused);
        if (NodeConditions.Find(node, "Ready")?.Status is "False" or "Unknown" && await DisableAsync(key.Name, cancel) is { } error)
            return ReconcileResult.Failed(error);
        return silent ? ReconcileResult.Done : ReconcileResult.Again(_context.Options.NodeMonitorGracePeriod - silence + TimeSpan.FromMilliseconds(100));
    }

    private static ObjectReference About(V1Node node) => new("v1", "Node", "", node.Metadata.Name, node.Metadata.Uid);

    private Task<ApiResult<V1Node>> WriteConditionsAsync(V1Node node, List<V1NodeCondition> conditions, CancellationToken cancel)
    {
        V1Node updated = ModelJson.Copy(node);
        updated.Status ??= new V1NodeStatus();
        updated.Status.Conditions = conditions;
        return _context.Client.Of<V1Node>().UpdateStatusAsync("", node.Metadata.Name, updated, cancel);
    }

    private async Task<ApiStatus?> WriteTaintsAsync(V1Node node, List<V1Taint> taints, CancellationToken cancel)
    {
        var list = new JsonArray([.. taints.Select(taint => KubeJson.Parse(ModelJson.Encode(taint)))]);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion }, ["spec"] = new JsonObject { ["taints"] = list.Count == 0 ? null : list },
        };
        ApiStatus? error = (await _context.Client.Of<V1Node>().PatchAsync("", node.Metadata.Name, PatchType.Merge, patch, cancel)).Error;
        return error is { IsNotFound: true } ? null : error;
    }

    /// <summary>Pods of a node that does not answer take no traffic.</summary>
    private async Task<ApiStatus?> DisableAsync(string node, CancellationToken cancel)
    {
        string now = MetaTime.Now(_context.Time);
        byte[] patch = KubeJson.ToUtf8(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "False", ["lastTransitionTime"] = now }),
            },
        });
        foreach (PodSummary pod in _context.Pods.Cache.ByIndex(PodIndexes.Node, node).Where(pod => pod.IsReady && !pod.IsFinished))
        {
            var path = new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name, "status");
            ApiStatus? error = (await _context.Api.PatchAsync(path, PatchType.StrategicMerge, patch, WriteQuery.None, cancel)).Error;
            if (error is { IsNotFound: false })
                return error;
            _events.Warning(new ObjectReference("v1", "Pod", pod.Key.Namespace, pod.Key.Name, pod.Uid), "NodeNotReady", "Node is not ready");
        }
        return null;
    }
}
