// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>A container from when it was first seen until it was told that it has ended. For the loop of <see cref="KubeletRuns"/>; while <see cref="Telling"/> runs, for that.</summary>
internal sealed class WatchedContainer(SeenContainer seen) : IDisposable
{
    /// <summary>As it was seen last.</summary>
    public SeenContainer Seen { get; set; } = seen;

    /// <summary>As the runtime described it last; null: it was not asked yet, or had forgotten it.</summary>
    public ContainerStatus? Status { get; set; }

    /// <summary>Null: where its log is is not known, or nothing more is expected of it.</summary>
    public RunLog? Log { get; private set; }

    /// <summary>Tells of it; of one at a time.</summary>
    public Task Telling { get; set; } = Task.CompletedTask;

    public bool IsTold { get; set; }

    /// <summary>How long its log was when it was told.</summary>
    public long ToldLength { get; set; }

    /// <summary>When it was told, or when it was missed first.</summary>
    public long Since { get; set; }

    /// <summary>The runtime has it no more.</summary>
    public bool IsMissed { get; set; }

    public bool IsClosed { get; private set; }

    public void Follow(RunLog log)
    {
        Log?.Dispose();
        Log = log;
    }

    /// <summary>Nothing more is written to its log.</summary>
    public void Close()
    {
        Log?.Dispose();
        Log = null;
        IsClosed = true;
    }

    public void Dispose() => Log?.Dispose();
}
