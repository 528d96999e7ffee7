// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Simulation;

/// <summary>What a simulated container goes through: data, from a cluster's <c>simulation.json</c> and over it the annotations of a pod.</summary>
internal sealed record SimulatedStages
{
    /// <summary>From the order to start until it runs: pulling an image and the like.</summary>
    public SecondsRange StartSeconds { get; init; } = 0;

    /// <summary>From running until its probes succeed.</summary>
    public SecondsRange ReadySeconds { get; init; } = 0;

    /// <summary>How long it runs before it exits with <see cref="ExitCode"/>; null: until it is stopped.</summary>
    public SecondsRange? RunSeconds { get; init; }
    public int ExitCode { get; init; }

    /// <summary>The share of attempts, 0 to 1, that crash instead: after <see cref="CrashSeconds"/>, with <see cref="CrashExitCode"/>.</summary>
    public double FailureRate { get; init; }
    public SecondsRange CrashSeconds { get; init; } = 1;
    public int CrashExitCode { get; init; } = 1;

    /// <summary>From the stop signal to its end.</summary>
    public SecondsRange StopSeconds { get; init; } = 0;

    /// <summary>What it is said to use while it runs.</summary>
    public int CpuMilli { get; init; } = 1;
    public int MemoryMiB { get; init; } = 16;
}
