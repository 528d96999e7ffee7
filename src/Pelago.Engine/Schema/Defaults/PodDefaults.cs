// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>Pods, and the pod templates of workloads.</summary>
internal static class PodDefaults
{
    public static void Pod(KubeObject pod)
    {
        if (pod.Spec is not { } spec)
            return;
        Spec(spec);
        bool hostNetwork = spec.Boolean("hostNetwork") == true;
        foreach (JsonObject container in Containers(spec, "containers", "initContainers"))
        {
            RequestsFromLimits(container);
            if (hostNetwork)
                HostPorts(container);
        }
        if (!spec.ContainsKey("enableServiceLinks"))
            spec["enableServiceLinks"] = true;
    }

    /// <summary>A template gets less than a pod: what depends on the cluster waits until the pod is made.</summary>
    public static void Template(JsonObject? template)
    {
        if (template?.Object("spec") is { } spec)
            Spec(spec);
    }

    private static void Spec(JsonObject spec)
    {
        foreach (JsonObject container in Containers(spec, "containers", "initContainers", "ephemeralContainers"))
        {
            if (!container.ContainsKey("imagePullPolicy"))
                container["imagePullPolicy"] = PullPolicy(container.String("image") ?? "");
        }
        foreach (JsonObject volume in spec.Array("volumes")?.OfType<JsonObject>() ?? [])
            Volume(volume);
        // Two names of one field; the older one is still written.
        if ((spec.String("serviceAccountName") ?? spec.String("serviceAccount")) is { } account)
        {
            spec["serviceAccountName"] = account;
            spec["serviceAccount"] = account;
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec, params string[] lists) =>
        lists.SelectMany(list => spec.Array(list)?.OfType<JsonObject>() ?? []);

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 0 || volume.Count == 1 && volume.ContainsKey("name"))
            volume["emptyDir"] = new JsonObject();
        if (volume.Object("image") is { } image && !image.ContainsKey("pullPolicy"))
            image["pullPolicy"] = PullPolicy(image.String("reference") ?? "");
    }

    /// <summary>The tag latest, said or meant, is pulled each time.</summary>
    private static string PullPolicy(string image)
    {
        if (image.Length == 0 || image.Contains('@', StringComparison.Ordinal))
            return "IfNotPresent";
        string last = image[(image.LastIndexOf('/') + 1)..];
        int colon = last.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || last[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }

    private static void RequestsFromLimits(JsonObject container)
    {
        if (container.Object("resources") is not { } resources || resources.Object("limits") is not { Count: > 0 } limits)
            return;
        JsonObject requests = resources.ObjectOrNew("requests");
        foreach ((string resource, JsonNode? limit) in limits)
        {
            if (!requests.ContainsKey(resource))
                requests[resource] = limit?.DeepClone();
        }
    }

    private static void HostPorts(JsonObject container)
    {
        foreach (JsonObject port in container.Array("ports")?.OfType<JsonObject>() ?? [])
        {
            if (!port.ContainsKey("hostPort") && port["containerPort"] is { } number)
                port["hostPort"] = number.DeepClone();
        }
    }
}
