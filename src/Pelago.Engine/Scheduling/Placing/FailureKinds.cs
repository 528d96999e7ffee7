// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Which rules kept a pod off nodes; it is woken by events that could change their mind.</summary>
[Flags]
internal enum FailureKinds
{
    None = 0,
    Unschedulable = 1,
    Taints = 2,
    NodeAffinity = 4,
    Ports = 8,
    Resources = 16,
    Volumes = 32,
    Spread = 64,
    PodAffinity = 128,

    /// <summary>There was no node at all.</summary>
    NoNodes = 256,

    AnyNodeRule = Unschedulable | Taints | NodeAffinity | Resources | Volumes | Spread | PodAffinity | NoNodes,
    AnyPodRule = Ports | Resources | Spread | PodAffinity | Volumes,
}
