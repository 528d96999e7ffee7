// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>Reads the log in the moment in which it is told; fails as often as it is told to.</summary>
internal sealed class ReadingRecorder : IRunRecorder
{
    private readonly ConcurrentQueue<(EndedContainer Ended, string Log)> _told = new();

    public IReadOnlyList<(EndedContainer Ended, string Log)> Told => [.. _told];

    public int Failures { get; set; }

    public Task RecordAsync(EndedContainer ended, CancellationToken cancel)
    {
        if (Failures-- > 0)
            throw new IOException("no room");
        _told.Enqueue((ended, string.Concat(ended.LogFiles.Select(File.ReadAllText))));
        return Task.CompletedTask;
    }
}
