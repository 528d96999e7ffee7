// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Eviction;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What the scheduler writes to the cluster. Each returns the refusal, null when it is done.</summary>
internal sealed class PodWrites(IKubeApi api, TimeProvider clock, PatientReads reads, PodClasses classes, string schedulerName)
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");
    private readonly WriteQuery _query = new() { FieldManager = schedulerName };

    /// <summary>Together with the node, in one write, the pod learns the ports that it was given there.</summary>
    public async Task<ApiStatus?> BindAsync(PodView pod, string nodeName, CancellationToken cancel)
    {
        var metadata = new JsonObject { ["name"] = pod.Key.Name, ["namespace"] = pod.Key.Namespace, ["uid"] = pod.Uid };
        if (pod.Ports is { } ports)
            metadata["annotations"] = Annotations(ports);
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = metadata,
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = nodeName },
        };
        ApiResult done = await api.CreateAsync(Path(pod, "binding"), KubeJson.ToUtf8(binding), _query, cancel);
        return done.Error;
    }

    /// <summary>The pod as the cluster has it. Asks until the cluster says something of it, or that it will not.</summary>
    public Task<PodLookUp> LookUpAsync(PodView pod, CancellationToken cancel) => reads.ReadAsync(
        $"pod {pod.Key}",
        () => api.GetAsync(Path(pod, ""), cancel),
        answer => answer.Error switch
        {
            null => new PodLookUp(PodReader.Read(answer.Body, classes) is { } view && view.Uid == pod.Uid ? view : null),
            { IsNotFound: true } => new PodLookUp(null),
            { Code: >= 500 or 429 } => null,
            { } refused => new PodLookUp(null, refused),
        },
        cancel);

    /// <summary>
    /// Says on the pod why it has no node, and for which node victims were asked to leave. Written against the version that was judged, so that
    /// it can never land on a pod that was bound meanwhile.
    /// </summary>
    public async Task<ApiStatus?> ReportUnschedulableAsync(PodView pod, string message, string? nominatedNode, CancellationToken cancel)
    {
        var condition = new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "Unschedulable", ["message"] = message };
        if (pod.UnschedulableMessage is null)
        {
            condition["lastProbeTime"] = null;
            condition["lastTransitionTime"] = MetaTime.Now(clock);
        }

        var status = new JsonObject { ["conditions"] = new JsonArray(condition) };
        if (nominatedNode is not null)
            status["nominatedNodeName"] = nominatedNode;
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Uid, ["resourceVersion"] = pod.ResourceVersion },
            ["status"] = status,
        };
        return await PatchStatusAsync(pod, patch, cancel);
    }

    /// <summary>Marks a pod as a victim and deletes it; one that is gone already counts as done.</summary>
    public async Task<ApiStatus?> EvictAsync(PodView victim, CancellationToken cancel)
    {
        ApiStatus? refused = await PatchStatusAsync(victim, DisruptionTarget.Preemption(schedulerName).Patch(clock, victim.Uid), cancel);
        if (refused is not null)
            return refused.IsNotFound ? null : refused;
        ApiResult deleted = await api.DeleteAsync(Path(victim, ""), new DeleteQuery { Uid = victim.Uid }, cancel);
        return deleted.Error is { IsNotFound: true } ? null : deleted.Error;
    }

    /// <summary>Tells whoever makes volumes on which node the claim will be used.</summary>
    public async Task<ApiStatus?> SelectNodeAsync(ClaimView claim, string nodeName, CancellationToken cancel)
    {
        if (claim.SelectedNode == nodeName)
            return null;
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = claim.Uid, ["annotations"] = new JsonObject { [ClaimView.SelectedNodeAnnotation] = nodeName } },
        };
        var path = new ResourcePath(Claims, claim.Key.Namespace, claim.Key.Name);
        return (await api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), _query, cancel)).Error;
    }

    /// <summary>Keeps a free volume for a claim; the volume controller then binds the two.</summary>
    public async Task<ApiStatus?> ReserveVolumeAsync(VolumeView volume, ClaimView claim, CancellationToken cancel)
    {
        if (volume.ClaimedBy is not null && volume.ClaimUid == claim.Uid)
            return null;
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["pv.kubernetes.io/bound-by-controller"] = "yes" } },
            ["spec"] = new JsonObject
            {
                ["claimRef"] = new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["namespace"] = claim.Key.Namespace, ["name"] = claim.Key.Name, ["uid"] = claim.Uid,
                },
            },
        };
        return (await api.PatchAsync(new ResourcePath(Volumes, "", volume.Name), PatchType.Merge, KubeJson.ToUtf8(patch), _query, cancel)).Error;
    }

    public static ObjectReference Reference(PodView pod) => new("v1", "Pod", pod.Key.Namespace, pod.Key.Name, pod.Uid, pod.ResourceVersion);

    /// <summary>All ports in one, and the first of each entry by itself, for containers that are to learn them from a field of the pod.</summary>
    private static JsonObject Annotations(HostPortAllocation ports)
    {
        var annotations = new JsonObject { [HostPortAllocation.Annotation] = ports.ToString() };
        foreach (HostPortGrant grant in ports.Grants)
            annotations[HostPortAllocation.EntryAnnotation(grant.Name)] = grant.Ports.Ranges[0].First.ToString(CultureInfo.InvariantCulture);
        return annotations;
    }

    private static ResourcePath Path(PodView pod, string subresource) => new(Pods, pod.Key.Namespace, pod.Key.Name, subresource);

    private async Task<ApiStatus?> PatchStatusAsync(PodView pod, JsonObject patch, CancellationToken cancel) =>
        (await api.PatchAsync(Path(pod, "status"), PatchType.StrategicMerge, KubeJson.ToUtf8(patch), _query, cancel)).Error;
}
