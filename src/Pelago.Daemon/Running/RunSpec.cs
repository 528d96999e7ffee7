// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Daemon.Running;

/// <summary>What history keeps of a pod's document: labels, annotations and spec, without what is of this one pod alone, so that all pods of a workload share it.</summary>
internal static partial class RunSpec
{
    private const int MaxBytes = 256 * 1024;
    private const string TemplateHash = "pod-template-hash";

    private static readonly string[] OfOnePod =
    [
        TemplateHash, "controller-revision-hash", "controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/job-completion-index", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
    ];

    private static readonly string[] Noise = ["kubectl.kubernetes.io/last-applied-configuration", "batch.kubernetes.io/job-completion-index"];

    /// <summary>Empty when nothing is known, or when it is too large to be worth it.</summary>
    public static byte[] Of(V1Pod pod)
    {
        if (pod.Spec is not { Containers.Count: > 0 })
            return [];
        var metadata = new JsonObject();
        Add(metadata, "labels", pod.Metadata.Labels, OfOnePod);
        Add(metadata, "annotations", pod.Metadata.Annotations, Noise);
        JsonObject spec = KubeJson.ParseObject(Stable(ModelJson.Encode(pod.Spec)));
        foreach (string field in (string[])["nodeName", "hostname", "subdomain"])
            spec.Remove(field);
        byte[] document = KubeJson.ToUtf8(new JsonObject { ["metadata"] = metadata, ["spec"] = spec });
        return document.Length <= MaxBytes ? document : [];
    }

    /// <summary>The workload that a pod belongs to, <c>Kind/name</c>: of a ReplicaSet that is a Deployment's, the Deployment. Empty: nobody's.</summary>
    public static string OwnerOf(V1ObjectMeta pod)
    {
        if (pod.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true) is not { } owner)
            return "";
        return owner.Kind == "ReplicaSet" && pod.Labels?.TryGetValue(TemplateHash, out string? hash) == true && owner.Name.EndsWith($"-{hash}", StringComparison.Ordinal)
            ? $"Deployment/{owner.Name[..^(hash.Length + 1)]}"
            : $"{owner.Kind}/{owner.Name}";
    }

    private static void Add(JsonObject metadata, string name, IDictionary<string, string>? values, string[] without)
    {
        KeyValuePair<string, JsonNode?>[] kept =
            [.. (values ?? new Dictionary<string, string>()).Where(pair => !without.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))];
        if (kept.Length > 0)
            metadata[name] = new JsonObject(kept);
    }

    /// <summary>The volume of a ServiceAccount's token has a name of five random letters.</summary>
    private static byte[] Stable(byte[] spec) =>
        System.Text.Encoding.UTF8.GetBytes(TokenVolume().Replace(System.Text.Encoding.UTF8.GetString(spec), "\"kube-api-access\""));

    [GeneratedRegex("\"kube-api-access-[a-z0-9]{5}\"")]
    private static partial Regex TokenVolume();
}
