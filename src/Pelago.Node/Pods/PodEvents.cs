// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;

namespace Pelago.Node.Pods;

/// <summary>Events about one pod and its containers, in kubelet's words.</summary>
internal sealed class PodEvents(EventRecorder recorder, V1Pod pod, bool tellsNormal = true)
{
    public void Normal(string reason, string message) => Normal("", reason, message);

    public void Normal(PodContainer container, string reason, string message) => Normal(container.FieldPath, reason, message);

    public void Warning(string reason, string message) => recorder.Warning(Reference(""), reason, message);

    public void Warning(PodContainer container, string reason, string message) => recorder.Warning(Reference(container.FieldPath), reason, message);

    private void Normal(string fieldPath, string reason, string message)
    {
        if (tellsNormal)
            recorder.Normal(Reference(fieldPath), reason, message);
    }

    private ObjectReference Reference(string fieldPath) => new(
        "v1", "Pod", pod.Metadata.NamespaceProperty, pod.Metadata.Name, pod.Metadata.Uid, pod.Metadata.ResourceVersion ?? "", fieldPath);
}
