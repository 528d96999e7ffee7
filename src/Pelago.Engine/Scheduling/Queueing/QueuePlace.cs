// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Where in the queue a pod is.</summary>
internal enum QueuePlace
{
    /// <summary>Next in line, by priority.</summary>
    Active,

    /// <summary>Waits out its back-off, then becomes active.</summary>
    Backoff,

    /// <summary>Waits for an event that may help it.</summary>
    Unschedulable,

    /// <summary>Being placed or bound right now.</summary>
    InFlight,
}
