// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>
/// The pods of a node as the cluster has them, by the uid that the kubelet gives to the runtime. A pod that was deleted stays, as it was last, until nobody
/// asks for it any more.
/// </summary>
internal sealed class NodePods
{
    // Of a pod that the kubelet has from a file: the uid by which it runs it. The cluster's copy has another one.
    private const string MirrorOf = "kubernetes.io/config.mirror";

    private readonly ConcurrentDictionary<string, (V1Pod Pod, bool IsGone)> _pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);
    private readonly Informer<V1Pod> _informer;

    public NodePods(IKubeApi api, string node, TimeProvider time, ILogger log)
    {
        var query = new ListQuery { FieldSelector = $"spec.nodeName={node}" };
        _informer = new Informer<V1Pod>(api, new GroupVersionResource("", "v1", "pods"), "", query, ModelJson.DecodeLean<V1Pod>, InformerOptions.Default, time, log);
        _informer.AddHandler(Note);
    }

    /// <summary>Watches until cancelled. Once.</summary>
    public Task WatchAsync(CancellationToken cancel) => _informer.RunAsync(cancel);

    /// <summary>Completes when the cluster has said which there are.</summary>
    public Task KnownAsync(CancellationToken cancel) => _informer.WaitForSyncAsync(cancel);

    public V1Pod? Find(string uid) => _pods.TryGetValue(uid, out (V1Pod Pod, bool IsGone) found) ? found.Pod : null;

    /// <summary>Those that have changed since this was asked last.</summary>
    public IReadOnlyList<(string Uid, V1Pod Pod)> TakeChanged()
    {
        var changed = new List<(string Uid, V1Pod Pod)>();
        foreach (string uid in _changed.Keys)
        {
            if (_changed.TryRemove(uid, out _) && Find(uid) is { } pod)
                changed.Add((uid, pod));
        }
        return changed;
    }

    /// <summary>Has them be asked for again: nothing came of what was taken.</summary>
    public void Return(IReadOnlyList<(string Uid, V1Pod Pod)> taken)
    {
        foreach ((string uid, _) in taken)
            _changed[uid] = true;
    }

    /// <summary>Forgets deleted pods but those that are still in use.</summary>
    public void Forget(IReadOnlySet<string> used)
    {
        foreach ((string uid, _) in _pods.Where(pair => pair.Value.IsGone && !used.Contains(pair.Key) && !_changed.ContainsKey(pair.Key)))
            _pods.TryRemove(uid, out _);
    }

    private void Note(InformerEvent<V1Pod> change)
    {
        V1Pod pod = change.Latest;
        string uid = pod.Metadata.Annotations?.TryGetValue(MirrorOf, out string? kubelets) == true ? kubelets : pod.Metadata.Uid;
        _pods[uid] = (pod, IsGone: change.New is null);
        _changed[uid] = true;
    }
}
