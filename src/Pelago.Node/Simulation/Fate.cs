// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Simulation;

/// <summary>What one attempt at one container is going to do.</summary>
internal sealed record Fate
{
    public TimeSpan StartsAfter { get; init; }
    public TimeSpan ReadyAfter { get; init; }

    /// <summary>From its start to its end; null: when it is stopped.</summary>
    public TimeSpan? EndsAfter { get; init; }
    public int ExitCode { get; init; }
    public TimeSpan StopsAfter { get; init; }
    public int CpuMilli { get; init; }
    public int MemoryMiB { get; init; }

    /// <summary>Drawn from the stages. The same seed and attempt always give the same: a rehearsal can be repeated.</summary>
    public static Fate Of(SimulatedStages stages, ulong seed, string attempt)
    {
        var draw = new Draws(seed, attempt);
        bool crashes = draw.Next() < stages.FailureRate;
        double length = draw.Next();
        return new Fate
        {
            StartsAfter = stages.StartSeconds.At(draw.Next()),
            ReadyAfter = stages.ReadySeconds.At(draw.Next()),
            StopsAfter = stages.StopSeconds.At(draw.Next()),
            EndsAfter = crashes ? stages.CrashSeconds.At(length) : stages.RunSeconds?.At(length),
            ExitCode = crashes ? stages.CrashExitCode : stages.ExitCode,
            CpuMilli = stages.CpuMilli, MemoryMiB = stages.MemoryMiB,
        };
    }

    /// <summary>SplitMix64 over an FNV-1a hash: .NET's Random promises no sequence across versions.</summary>
    private struct Draws
    {
        private ulong _state;

        public Draws(ulong seed, string text)
        {
            _state = 14695981039346656037UL ^ seed;
            foreach (char letter in text)
                _state = (_state ^ letter) * 1099511628211UL;
        }

        /// <summary>At least 0, below 1.</summary>
        public double Next()
        {
            ulong z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return ((z ^ (z >> 31)) >> 11) / (double)(1UL << 53);
        }
    }
}
