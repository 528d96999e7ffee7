// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>The annotations by which pods ask for ports of their nodes and learn which they got.</summary>
internal static class HostPortRules
{
    /// <param name="annotations">Of a pod or of a template for pods.</param>
    /// <param name="path">Where they are: <c>metadata.annotations</c>.</param>
    public static void Validate(JsonObject? annotations, string path, FieldErrors errors)
    {
        if (annotations?.String(HostPortRequests.Annotation) is { } text && !HostPortRequests.TryParse(text, out _, out string? problem))
            errors.Invalid($"{path}[{HostPortRequests.Annotation}]", text.Length > 200 ? $"{text[..200]}…" : text, problem);
    }

    /// <summary>Only a binding says which ports a pod has: a copy of another pod does not have that one's.</summary>
    public static void PrepareForCreate(KubeObject pod)
    {
        foreach (string given in Given(pod))
            pod.Annotations!.Remove(given);
    }

    public static void ValidateUpdate(KubeObject updated, KubeObject old, FieldErrors errors)
    {
        foreach (string given in Given(old).Union(Given(updated)).Where(given => Of(updated, given) != Of(old, given)))
            errors.Forbidden($"metadata.annotations[{given}]", "is written by the scheduler, together with the node");
        if (Of(updated, HostPortRequests.Annotation) != Of(old, HostPortRequests.Annotation) && !string.IsNullOrEmpty(old.Spec?.String("nodeName")))
            errors.Forbidden($"metadata.annotations[{HostPortRequests.Annotation}]", "may not change once the pod has a node; change the template, so that new pods ask for the new ports");
    }

    /// <summary>The annotations that say which ports the pod was given: all in one, and each entry's alone.</summary>
    private static string[] Given(KubeObject pod) =>
        [.. (pod.Annotations ?? []).Select(annotation => annotation.Key).Where(name => name == HostPortAllocation.Annotation || HostPortAllocation.IsEntryAnnotation(name))];

    private static string? Of(KubeObject pod, string annotation) => pod.Annotations?.String(annotation);
}
