// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;

namespace Pelago.Node.Pods;

/// <summary>Events about one pod and its containers, in kubelet's words. Keeps the names of the pod and not the pod.</summary>
internal sealed class PodEvents
{
    private readonly EventRecorder _recorder;
    private readonly ObjectReference _pod;
    private readonly bool _tellsNormal;

    public PodEvents(EventRecorder recorder, V1Pod pod, bool tellsNormal = true)
    {
        _recorder = recorder;
        _pod = new ObjectReference("v1", "Pod", pod.Metadata.NamespaceProperty, pod.Metadata.Name, pod.Metadata.Uid, pod.Metadata.ResourceVersion ?? "");
        _tellsNormal = tellsNormal;
    }

    public void Normal(string reason, string message) => Normal("", reason, message);

    public void Normal(PodContainer container, string reason, string message) => Normal(container.FieldPath, reason, message);

    public void Warning(string reason, string message) => _recorder.Warning(_pod, reason, message);

    public void Warning(PodContainer container, string reason, string message) => _recorder.Warning(_pod with { FieldPath = container.FieldPath }, reason, message);

    private void Normal(string fieldPath, string reason, string message)
    {
        if (_tellsNormal)
            _recorder.Normal(_pod with { FieldPath = fieldPath }, reason, message);
    }
}
