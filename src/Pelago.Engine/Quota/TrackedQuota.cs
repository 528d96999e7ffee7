// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>What the recalculation keeps of a quota: which resources it counts.</summary>
internal sealed record TrackedQuota(ObjectKey Key, JsonObject Spec, IReadOnlySet<GroupResource> Resources)
{
    public static TrackedQuota Read(ReadOnlyMemory<byte> json) => Of(KubeObject.Parse(json));

    public static TrackedQuota Of(KubeObject quota)
    {
        JsonObject spec = quota.Spec ?? [];
        return new TrackedQuota(quota.Key, spec, (spec.Object("hard") ?? []).Select(pair => QuotaUsage.ResourceOf(pair.Key)).ToHashSet());
    }

    public bool SameSpec(TrackedQuota other) => JsonNode.DeepEquals(Spec, other.Spec);
}
