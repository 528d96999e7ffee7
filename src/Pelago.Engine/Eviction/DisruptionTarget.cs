// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Eviction;

/// <summary>
/// Why a pod is made to go: a condition written to its status before it is deleted, by which those who own the pod tell a disruption from
/// a failure of its own (KEP-3329).
/// </summary>
internal sealed record DisruptionTarget(string Reason, string Message)
{
    public static readonly DisruptionTarget EvictionApi = new("EvictionByEvictionAPI", "Eviction API: evicting");
    public static readonly DisruptionTarget TaintManager = new("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
    public static readonly DisruptionTarget NodeGone = new("DeletionByPodGC", "PodGC: node no longer exists");

    public static DisruptionTarget Preemption(string scheduler) =>
        new("PreemptionByScheduler", $"{scheduler}: preempting to accommodate a higher priority pod");

    /// <summary>
    /// A strategic merge patch of pods/status. The uid keeps it off the pod's successor; <paramref name="resourceVersion"/> is for those whose
    /// reason holds for one version alone, <paramref name="phase"/> for those who know that nothing else will end the pod.
    /// </summary>
    public JsonObject Patch(TimeProvider time, string uid, string? resourceVersion = null, string? phase = null) => Patch(time, "True", uid, resourceVersion, phase);

    /// <summary>For a pod that stays after all: a failure of its own is not to be taken for a disruption then.</summary>
    public JsonObject Withdrawal(TimeProvider time, string uid) => Patch(time, "False", uid, null, null);

    private JsonObject Patch(TimeProvider time, string holds, string uid, string? resourceVersion, string? phase)
    {
        var metadata = new JsonObject { ["uid"] = uid };
        if (resourceVersion is not null)
            metadata["resourceVersion"] = resourceVersion;
        var status = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "DisruptionTarget", ["status"] = holds, ["reason"] = Reason, ["message"] = Message, ["lastTransitionTime"] = MetaTime.Now(time),
            }),
        };
        if (phase is not null)
            status["phase"] = phase;
        return new JsonObject { ["metadata"] = metadata, ["status"] = status };
    }
}
