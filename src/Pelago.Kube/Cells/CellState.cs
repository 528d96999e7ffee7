// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Where a pod is in its life, as one byte of a <see cref="CellChange"/>. The numbers are on the wire: never reuse one.</summary>
public enum CellState : byte
{
    /// <summary>There is no such pod any more; the number of its cell is free.</summary>
    Gone = 0,

    /// <summary>Not bound to a node.</summary>
    Pending = 1,

    /// <summary>Bound, and its node has said nothing of its containers yet.</summary>
    Scheduled = 2,

    /// <summary>The node makes its containers.</summary>
    Starting = 3,

    /// <summary>Running and not ready.</summary>
    Running = 4,

    /// <summary>Running and ready.</summary>
    Ready = 5,
    Succeeded = 6,
    Failed = 7,

    /// <summary>Deleted, and not at its end.</summary>
    Terminating = 8,
}

/// <summary>What else is to be seen of a pod, as bits of a <see cref="CellChange"/>.</summary>
[Flags]
public enum CellFlags : byte
{
    None = 0,

    /// <summary>One of its containers was started more than once.</summary>
    Restarted = 1,

    /// <summary>A container waits for something that may never come: an image that cannot be had, the next attempt after a crash.</summary>
    Waiting = 2,

    /// <summary>The scheduler found no node for it.</summary>
    Unschedulable = 4,

    /// <summary>Its node gives no answer: the state is the last one known.</summary>
    Unknown = 8,
}
