// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Says on one pod which ports it was assigned, for those who write its endpoints. Called by the pod's worker only.</summary>
internal sealed class AssignedPortsWriter(IKubeApi api)
{
    private string? _written;

    /// <summary>Before containers start: what finds the pod ready must find its ports too.</summary>
    public async Task WriteAsync(V1Pod pod, PodSandboxStatus? sandbox, CancellationToken cancel)
    {
        if (sandbox is null)
            return;
        string wanted = AssignedPorts.Format(sandbox.AssignedPorts);
        string present = _written ?? (pod.Metadata.Annotations?.TryGetValue(AssignedPorts.Annotation, out string? text) == true ? text : "");
        if (wanted == present)
            return;
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pod.Metadata.Uid,
                ["annotations"] = new JsonObject { [AssignedPorts.Annotation] = wanted.Length == 0 ? null : wanted },
            },
        };
        var path = new ResourcePath(StatusWriter.Pods, pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        ApiResult result = await api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        if (result.Error is { IsNotFound: false, IsConflict: false } error)
            throw new IOException($"the assigned ports of the pod could not be written to the API server: {error.Message}");
        _written = wanted;
    }
}
