// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>A pod that waits for a node. Owned by <see cref="SchedulingQueue"/>.</summary>
internal sealed class QueuedPod(PodView pod, DateTimeOffset since)
{
    public PodView Pod { get; set; } = pod;

    /// <summary>When it came into the queue for the first time.</summary>
    public DateTimeOffset Since { get; } = since;

    public int Attempts { get; set; }

    /// <summary>What kept it off nodes at the last attempt.</summary>
    public FailureKinds Failures { get; set; }

    public DateTimeOffset LastAttempt { get; set; }
    public DateTimeOffset BackoffUntil { get; set; }
    public QueuePlace Place { get; set; }

    /// <summary>Grows each time it is put into a heap; older entries of it there are void.</summary>
    public long Ticket { get; set; }
}
