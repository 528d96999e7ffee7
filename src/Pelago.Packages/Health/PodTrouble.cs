// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Packages.Health;

/// <summary>Why the pods of a workload are not ready, in the words of their own status.</summary>
internal sealed class PodTrouble(IKubeApi api)
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>The first trouble that is more than waiting; empty when there is none, or when the pods cannot be read.</summary>
    public async Task<string> OfAsync(KubeObject workload, CancellationToken cancel)
    {
        JsonObject? labels = workload.Spec?.Object("selector")?.Object("matchLabels");
        if (labels is null || labels.Count == 0)
            return "";
        string selector = string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));
        ApiResult list = await api.ListAsync(new ResourcePath(Pods, workload.Namespace), new ListQuery { LabelSelector = selector, Limit = 50 }, cancel);
        if (list.Error is not null)
            return "";
        return (KubeJson.ParseObject(list.Body).Array("items") ?? []).OfType<JsonObject>().Select(Of).FirstOrDefault(trouble => trouble.Length > 0) ?? "";
    }

    private static string Of(JsonObject json)
    {
        var pod = new KubeObject(json);
        if (pod.IsDeleting)
            return "";
        JsonObject? unscheduled = (pod.Status?.Array("conditions") ?? []).OfType<JsonObject>()
            .FirstOrDefault(condition => condition.String("type") == "PodScheduled" && condition.String("status") == "False");
        if (unscheduled is not null)
            return $"pod {pod.Name} has no node: {unscheduled.String("message")}";
        JsonArray statuses = pod.Status?.Array("containerStatuses") ?? [];
        foreach (JsonObject status in (pod.Status?.Array("initContainerStatuses") ?? []).Concat(statuses).OfType<JsonObject>())
        {
            JsonObject? waiting = status.Object("state")?.Object("waiting");
            JsonObject? ended = status.Object("state")?.Object("terminated") ?? status.Object("lastState")?.Object("terminated");
            string container = $"container {status.String("name")} of pod {pod.Name}";
            if (ended?.Integer("exitCode") is > 0)
                return $"{container} ended with code {ended.Integer("exitCode")}{Said(ended.String("message"))}";
            if (waiting?.String("reason") is { } reason and not ("ContainerCreating" or "PodInitializing"))
                return $"{container} waits: {reason}{Said(waiting.String("message"))}";
        }

        return "";
    }

    private static string Said(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $" ({message.Trim()})";
}
