// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What the cluster said of a pod. Neither a pod nor a refusal: it is gone.</summary>
internal sealed record PodLookUp(PodView? Pod, ApiStatus? Refused = null)
{
    public bool IsGone => Pod is null && Refused is null;
}
