// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>A container from when it was first seen until it was told that it has ended. For the loop of <see cref="KubeletRuns"/>; while <see cref="Telling"/> runs, for that.</summary>
internal sealed class WatchedContainer(SeenContainer seen) : IDisposable
{
    private const int MostSeconds = 60;

    /// <summary>Some twenty minutes.</summary>
    private const int MostFailures = 25;
    private int _failures;
    private long _failedAt;

    /// <summary>As it was seen last.</summary>
    public SeenContainer Seen { get; set; } = seen;

    /// <summary>As the runtime described it last; null: it was not asked yet, or had forgotten it.</summary>
    public ContainerStatus? Status { get; set; }

    /// <summary>Null: where its log is is not known, or nothing more is expected of it.</summary>
    public RunLog? Log { get; private set; }

    /// <summary>Tells of it; of one at a time.</summary>
    public Task Telling { get; set; } = Task.CompletedTask;

    /// <summary>It had ended when it was seen first: it may have ended long ago.</summary>
    public bool WasOver { get; init; }

    public bool IsTold { get; private set; }

    /// <summary>How long its log was when it was told.</summary>
    public long ToldLength { get; private set; }

    /// <summary>When it was told, or when it was missed first.</summary>
    public long Since { get; set; }

    /// <summary>The runtime has it no more.</summary>
    public bool IsMissed { get; set; }

    public bool IsClosed { get; private set; }

    public void Told(long length, TimeProvider time) => (IsTold, ToldLength, Since, _failures) = (true, length, time.GetTimestamp(), 0);

    /// <summary>It could not be told, which is tried again: after a second, and each time after twice as long, up to a minute.</summary>
    public void NotTold(TimeProvider time)
    {
        (_failures, _failedAt) = (_failures + 1, time.GetTimestamp());
        if (!IsMissed || _failures < MostFailures)
            return;

        // The kubelet has removed it, so its room is taken for nobody else: that may be what the history lacks.
        Log?.Dispose();
        Log = null;
    }

    public bool MayTell(TimeProvider time) => _failures == 0 || time.GetElapsedTime(_failedAt) >= TimeSpan.FromSeconds(Math.Min(MostSeconds, 1 << Math.Min(_failures - 1, 6)));

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
