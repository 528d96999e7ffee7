// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Knobs of the scheduler; the defaults are upstream's where upstream has them.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>Pods with this <c>spec.schedulerName</c> are placed; it also names the source of events.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>Pods with these names are placed too.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>Pods placed between two looks at what changed.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Bindings written at the same time.</summary>
    public int BindConcurrency { get; init; } = 64;
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A pod that nothing helped is tried again after this long without any event.</summary>
    public TimeSpan UnschedulableTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a pod waits for its volumes to be bound before it is placed anew.</summary>
    public TimeSpan VolumeTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a host port that was given back rests before another pod gets it.</summary>
    public TimeSpan PortCooldown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Breaks ties between equal nodes; fixed in tests.</summary>
    public int? Seed { get; init; }

    public bool Places(string schedulerName) => schedulerName == SchedulerName || OtherNames.Contains(schedulerName);
}
