// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>Reads the log in the moment in which it is told; fails as often as it is told to.</summary>
internal sealed class ReadingRecorder : IRunRecorder
{
    private readonly ConcurrentQueue<(EndedContainer Ended, string Log)> _told = new();

    public IReadOnlyList<(EndedContainer Ended, string Log)> Told => [.. _told];

    public int Failures { get; set; }

    /// <summary>What it waits for before it reads.</summary>
    public Task Free { get; set; } = Task.CompletedTask;

    public bool IsAsked { get; private set; }

    /// <summary>Asked in the moment of reading.</summary>
    public Action Reading { get; set; } = () => { };

    /// <summary>What ended before it is not kept.</summary>
    public DateTimeOffset Oldest { get; set; } = DateTimeOffset.MinValue;

    public bool Keeps(ContainerStatus ended) => ended.FinishedAt >= Oldest;

    public async Task RecordAsync(EndedContainer ended, CancellationToken cancel)
    {
        IsAsked = true;
        await Free.WaitAsync(cancel);
        Reading();
        if (Failures-- > 0)
            throw new IOException("no room");
        _told.Enqueue((ended, string.Concat(ended.LogFiles.Select(File.ReadAllText))));
    }
}
