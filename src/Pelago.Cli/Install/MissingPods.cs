// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>Which nodes have no agent that is Ready, and whether hub and scheduler are, each with the reason that its pod or its node gives.</summary>
internal sealed class MissingPods(HttpKubeApi cluster, Manifests manifests)
{
    private const int MostNamed = 20;
    private const int LongestReason = 300;

    // What people read, and the Deployment that it is.
    private readonly (string What, string Name)[] _deployments =
        [("hub", NodeApi.Hub), ("scheduler", NodeApi.Scheduler), .. manifests.HasPackages ? ((string, string)[])[("packages", NodeApi.Packages)] : []];

    /// <summary>A line for each that is missing; none where the cluster does not say.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(CancellationToken cancel)
    {
        if (await ItemsAsync(InstalledPods.All, cancel) is not { } pods
            || await ItemsAsync($"/api/v1/nodes?labelSelector={Uri.EscapeDataString("kubernetes.io/os=linux")}", cancel) is not { } nodes)
            return [];
        var first = new List<string>();
        foreach ((string what, string name) in _deployments)
            first.AddRange(OfDeployment(what, name, await WantedAsync(name, cancel), pods));
        List<string> lines = [.. nodes.OrderBy(NameOf, StringComparer.Ordinal).Select(node => OfNode(node, pods)).OfType<string>()];
        if (lines.Count > MostNamed)
            lines = [.. lines.Take(MostNamed), $"and {lines.Count - MostNamed} nodes more"];
        return [.. first, .. lines];
    }

    private string? OfNode(JsonObject node, IReadOnlyList<JsonObject> pods)
    {
        string name = NameOf(node);
        JsonObject? pod = Newest(pods.Where(pod => InstalledPods.PartOf(pod) == NodeApi.Agent && PlaceOf(pod) == name), 1).FirstOrDefault();
        if (pod is not null && FaultOf(pod) is null)
            return null;
        string agent = pod is null ? $"DaemonSet {NodeApi.Agent} has made no pod for it" : $"pod {NameOf(pod)} {FaultOf(pod)}";
        JsonObject? ready = Condition(node, "Ready");
        return ready?.String("status") == "True"
            ? $"node {name}: {agent}"
            : $"node {name} is not Ready itself ({Bounded(ready?.String("message") ?? "its kubelet has said nothing yet")}): 'kubectl describe node {name}' says more; {agent}";
    }

    private IEnumerable<string> OfDeployment(string what, string name, int wanted, IReadOnlyList<JsonObject> pods)
    {
        JsonObject[] newest = [.. Newest(pods.Where(pod => InstalledPods.PartOf(pod) == name), wanted)];
        if (newest.Length < wanted)
        {
            string made = newest.Length == 0 ? "no pod" : $"{newest.Length} of {wanted} pods";
            yield return $"{what}: Deployment {name} has made {made}: 'kubectl -n {NodeApi.Namespace} describe deployment,replicaset' says why";
        }
        foreach (JsonObject pod in newest.Take(MostNamed))
        {
            string place = PlaceOf(pod) is { Length: > 0 } node ? $" on node {node}" : "";
            if (FaultOf(pod) is { } fault)
                yield return $"{what}: pod {NameOf(pod)}{place} {fault}";
        }
    }

    /// <summary>How many pods the Deployment is to have, which may be none; one where the cluster does not say.</summary>
    private async Task<int> WantedAsync(string name, CancellationToken cancel)
    {
        JsonObject? deployment = await ObjectAsync($"/apis/apps/v1/namespaces/{NodeApi.Namespace}/deployments/{name}", cancel);
        return (int)Math.Clamp(deployment?.Object("spec")?.Integer("replicas") ?? 1, 0, int.MaxValue);
    }

    /// <summary>Why a pod does not do its work yet; null when it does.</summary>
    private string? FaultOf(JsonObject pod)
    {
        JsonObject status = pod.Object("status") ?? [];
        string used = (pod.Object("spec")?.Array("containers") ?? []).OfType<JsonObject>().FirstOrDefault()?.String("image") ?? manifests.Image;
        if (InstalledPods.IsLeaving(pod))
            return "is being removed, and its kubelet has not ended it yet";
        if (used != manifests.Image)
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
    private static IEnumerable<JsonObject> Newest(IEnumerable<JsonObject> pods, int count) => pods
        .OrderBy(pod => !InstalledPods.IsLeaving(pod))
        .ThenBy(pod => pod.Object("metadata")?.String("creationTimestamp"), StringComparer.Ordinal).TakeLast(count);

    /// <summary>A pod of a DaemonSet that is not on its node yet is bound to it by its affinity.</summary>
    private static string PlaceOf(JsonObject pod) =>
        pod.Object("spec")?.String("nodeName")
        ?? (pod.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms") as JsonArray ?? []).OfType<JsonObject>()
            .SelectMany(term => (term.Array("matchFields") ?? []).OfType<JsonObject>()).FirstOrDefault(field => field.String("key") == "metadata.name")
            ?.Array("values")?.FirstOrDefault()?.ToString()
        ?? "";

    private static JsonObject? Condition(JsonObject item, string type) =>
        (item.Object("status")?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    private static string NameOf(JsonObject item) => InstalledPods.NameOf(item);

    private async Task<IReadOnlyList<JsonObject>?> ItemsAsync(string path, CancellationToken cancel) =>
        await ObjectAsync(path, cancel) is { } list ? [.. (list.Array("items") ?? []).OfType<JsonObject>()] : null;

    private async Task<JsonObject?> ObjectAsync(string path, CancellationToken cancel)
    {
        try
        {
            ApiResult answer = await cluster.GetRawAsync(path, cancel);
            return answer.Error is null ? KubeJson.ParseObject(answer.Body) : null;
        }
        catch (ClusterUnreachableException)
        {
            // What is to be said is said without names.
            return null;
        }
    }
}
