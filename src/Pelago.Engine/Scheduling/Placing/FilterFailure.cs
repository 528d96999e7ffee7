// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Why a node cannot take a pod, in upstream's words. <see cref="IsResolvable"/>: removing pods from the node might help.</summary>
internal sealed record FilterFailure(FailureKinds Kind, bool IsResolvable, params string[] Reasons)
{
    public static readonly FilterFailure Unschedulable = new(FailureKinds.Unschedulable, false, "node(s) were unschedulable");
    public static readonly FilterFailure NodeAffinity = new(FailureKinds.NodeAffinity, false, "node(s) didn't match Pod's node affinity/selector");
    public static readonly FilterFailure Ports = new(FailureKinds.Ports, true, "node(s) didn't have free ports for the requested pod ports");
    public static readonly FilterFailure Spread = new(FailureKinds.Spread, true, "node(s) didn't match pod topology spread constraints");
    public static readonly FilterFailure SpreadLabel = new(FailureKinds.Spread, false, "node(s) didn't match pod topology spread constraints (missing required label)");
    public static readonly FilterFailure Affinity = new(FailureKinds.PodAffinity, false, "node(s) didn't match pod affinity rules");
    public static readonly FilterFailure AntiAffinity = new(FailureKinds.PodAffinity, true, "node(s) didn't match pod anti-affinity rules");
    public static readonly FilterFailure ExistingAntiAffinity = new(FailureKinds.PodAffinity, true, "node(s) didn't satisfy existing pods anti-affinity rules");

    public static FilterFailure Tainted(Taint taint) => new(FailureKinds.Taints, false, $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}");

    public static FilterFailure UnreadablePorts(string problem) => new(FailureKinds.Ports, false, $"annotation {HostPortRequests.Annotation}: {problem}");

    public static FilterFailure Volumes(string reason) => new(FailureKinds.Volumes, false, reason);
}
