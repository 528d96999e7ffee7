// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>Which nodes have no agent that is Ready, and whether the hub is, each with the reason that its pod or its node gives.</summary>
internal sealed class MissingPods(HttpKubeApi cluster, string image)
{
    private const int MostNamed = 20;
    private const int LongestReason = 300;
    private const string NameLabel = "app.kubernetes.io/name";

    /// <summary>A line for each that is missing; none where the cluster does not say.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(CancellationToken cancel)
    {
        string selector = Uri.EscapeDataString($"{NameLabel} in ({NodeApi.Hub},{NodeApi.Agent})");
        if (await ItemsAsync($"/api/v1/namespaces/{NodeApi.Namespace}/pods?labelSelector={selector}", cancel) is not { } pods
            || await ItemsAsync($"/api/v1/nodes?labelSelector={Uri.EscapeDataString("kubernetes.io/os=linux")}", cancel) is not { } nodes)
            return [];
        List<string> lines = [.. nodes.OrderBy(NameOf, StringComparer.Ordinal).Select(node => OfNode(node, pods)).OfType<string>()];
        if (lines.Count > MostNamed)
            lines = [.. lines.Take(MostNamed), $"and {lines.Count - MostNamed} nodes more"];
        return OfHub(pods) is { } hub ? [hub, .. lines] : lines;
    }

    private string? OfNode(JsonObject node, IReadOnlyList<JsonObject> pods)
    {
        string name = NameOf(node);
        JsonObject? pod = Newest(pods.Where(pod => Label(pod) == NodeApi.Agent && PlaceOf(pod) == name));
        if (pod is not null && FaultOf(pod) is null)
            return null;
        string agent = pod is null ? $"DaemonSet {NodeApi.Agent} has made no pod for it" : $"pod {NameOf(pod)} {FaultOf(pod)}";
        JsonObject? ready = Condition(node, "Ready");
        return ready?.String("status") == "True"
            ? $"node {name}: {agent}"
            : $"node {name} is not Ready itself ({Bounded(ready?.String("message") ?? "its kubelet has said nothing yet")}): 'kubectl describe node {name}' says more; {agent}";
    }

    private string? OfHub(IReadOnlyList<JsonObject> pods)
    {
        JsonObject? pod = Newest(pods.Where(pod => Label(pod) == NodeApi.Hub));
        if (pod is null)
            return $"hub: Deployment {NodeApi.Hub} has made no pod: 'kubectl -n {NodeApi.Namespace} describe deployment,replicaset' says why";
        string place = PlaceOf(pod) is { Length: > 0 } node ? $" on node {node}" : "";
        return FaultOf(pod) is { } fault ? $"hub: pod {NameOf(pod)}{place} {fault}" : null;
    }

    /// <summary>Why a pod does not do its work yet; null when it does.</summary>
    private string? FaultOf(JsonObject pod)
    {
        JsonObject status = pod.Object("status") ?? [];
        string used = (pod.Object("spec")?.Array("containers") ?? []).OfType<JsonObject>().FirstOrDefault()?.String("image") ?? image;
        if (pod.Object("metadata")?.String("deletionTimestamp") is not null)
            return "is being removed, and its kubelet has not ended it yet";
        if (used != image)
            return $"still runs the former image {used}";
        if (Condition(pod, "Ready")?.String("status") == "True")
            return null;
        if (status.String("reason") is { } reason)
            return Said(reason, status.String("message"));
        JsonObject[] states = [.. (status.Array("initContainerStatuses") ?? []).Concat(status.Array("containerStatuses") ?? []).OfType<JsonObject>().Select(item => item.Object("state")).OfType<JsonObject>()];
        if (states.Select(state => state.Object("waiting")).FirstOrDefault(waiting => waiting is not null) is { } waits)
            return Said(waits.String("reason") ?? "waits", waits.String("message"));
        if (states.Select(state => state.Object("terminated")).FirstOrDefault(ended => ended is not null) is { } ends)
            return $"ended with exit code {ends.Integer("exitCode")}: 'kubectl -n {NodeApi.Namespace} logs {NameOf(pod)} --previous' says why";
        if (Condition(pod, "PodScheduled") is { } scheduled && scheduled.String("status") == "False")
            return Said(scheduled.String("reason") ?? "Unschedulable", scheduled.String("message"));
        return states.Length > 0 ? $"runs and is not Ready: 'kubectl -n {NodeApi.Namespace} logs {NameOf(pod)}' says why" : "is not taken up by its kubelet yet";
    }

    private static string Said(string reason, string? message) => message is { Length: > 0 } ? $"is not Ready: {Bounded(reason)} ({Bounded(message)})" : $"is not Ready: {Bounded(reason)}";

    private static string Bounded(string text)
    {
        string line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        return line.Length > LongestReason ? line[..LongestReason] + "…" : line;
    }

    /// <summary>While one is replaced there are two; the newer one counts.</summary>
    private static JsonObject? Newest(IEnumerable<JsonObject> pods) => pods
        .OrderBy(pod => pod.Object("metadata")?.String("deletionTimestamp") is null)
        .ThenBy(pod => pod.Object("metadata")?.String("creationTimestamp"), StringComparer.Ordinal).LastOrDefault();

    /// <summary>A pod of a DaemonSet that is not on its node yet is bound to it by its affinity.</summary>
    private static string PlaceOf(JsonObject pod) =>
        pod.Object("spec")?.String("nodeName")
        ?? (pod.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms") as JsonArray ?? []).OfType<JsonObject>()
            .SelectMany(term => (term.Array("matchFields") ?? []).OfType<JsonObject>()).FirstOrDefault(field => field.String("key") == "metadata.name")
            ?.Array("values")?.FirstOrDefault()?.ToString()
        ?? "";

    private static JsonObject? Condition(JsonObject item, string type) =>
        (item.Object("status")?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    private static string NameOf(JsonObject item) => item.Object("metadata")?.String("name") ?? "?";

    private static string? Label(JsonObject item) => item.Object("metadata")?.Object("labels")?.String(NameLabel);

    private async Task<IReadOnlyList<JsonObject>?> ItemsAsync(string path, CancellationToken cancel)
    {
        try
        {
            ApiResult answer = await cluster.GetRawAsync(path, cancel);
            return answer.Error is null ? [.. (KubeJson.ParseObject(answer.Body).Array("items") ?? []).OfType<JsonObject>()] : null;
        }
        catch (ClusterUnreachableException)
        {
            // What is to be said is said without names.
            return null;
        }
    }
}
