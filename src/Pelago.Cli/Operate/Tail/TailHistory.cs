// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Tail;

/// <summary>
/// What history adds to a tail: the logs of tasks whose pods are gone, and the ends of those whose pods went before all of it was read. Such a log does not
/// change any more: when the connection breaks it is asked for again, and what has come of it is passed over.
/// </summary>
internal sealed class TailHistory(TailWanted wanted, TailOutput output, Faults faults, TimeProvider time)
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    /// <summary>All of the log of a task whose pod is gone, or a part of it. What cannot be had is said.</summary>
    public async Task PrintAsync(TailSource source, CancellationToken cancel)
    {
        if (await CopyAsync(source, source.Found.Task, source.Part, 0, cancel) is (_, { } fault))
            faults.Add(source.Title, fault);
    }

    /// <summary>
    /// What a task wrote whose pod went before all of it was read: all attempts, but what has come of them. Where that cannot be told apart it is said that lines
    /// may be missing.
    /// </summary>
    public async Task FinishAsync(TailSource source, CancellationToken cancel)
    {
        if (!source.Text.IsLog)
            return;
        // Once: should its task be seen again, its log goes on from its position.
        long? known = source.Count;
        source.Count = null;
        if (known is not { } seen)
        {
            TellLoss(source);
            return;
        }
        IReadOnlyList<PastRun> runs = [];
        Exception? refused = await TryAsync(source, async () => runs = await new ClusterHistory(source.Found.Cluster).AttemptsOfAsync(source.Found.Task, cancel), cancel);
        if (refused is not null)
        {
            // A cluster that keeps no history, or does not show it.
            if (refused is ApiStatusException { Status.Code: 403 or 404 })
                TellLoss(source);
            else
                faults.Add(source.Title, refused);
            return;
        }
        int next = 0;
        foreach (PastRun run in runs)
        {
            // How much of it came is counted from the beginning of the first attempt, over logs that are whole.
            if (seen > 0 && (run.Attempt != next || run.LogLoss.Length > 0))
            {
                TellLoss(source);
                return;
            }
            next = run.Attempt + 1;
            (seen, Exception? fault) = await CopyAsync(source, source.Found.Task with { PastRun = run.Name }, null, seen, cancel);
            if (fault is null)
                continue;
            faults.Add(source.Title, fault);
            if (seen > 0)
                return;
        }
    }

    /// <summary>Writes a log but for its first bytes; how many of these are of what comes after it, and why the log cannot be had.</summary>
    private async Task<(long Left, Exception? Fault)> CopyAsync(TailSource source, PodTask past, TextPart? part, long known, CancellationToken cancel)
    {
        var files = new PastTaskFiles(source.Found.Cluster, past);
        var request = new FeedRequest
        {
            Path = source.Text.Path, Stream = source.Text.Stream, Part = part, Timestamps = wanted.ShowsTimesOf(source.Text),
        };
        long came = 0;
        Exception? fault = await TryAsync(
            source,
            async () =>
            {
                came = 0;
                await foreach (FeedPiece piece in files.FeedAsync(request, cancel))
                {
                    int old = (int)Math.Clamp(known - came, 0, piece.Text.Length);
                    await output.WriteAsync(source, piece.Text[old..], cancel);
                    came += piece.Text.Length;
                    known = Math.Max(known, came);
                }
            },
            cancel);
        if (fault is null)
            faults.AddLoss(source.Title, files);
        return (known - came, fault);
    }

    /// <summary>Tries again what a connection or a server in trouble has broken off; what is of no use to be tried again comes back.</summary>
    private async Task<Exception?> TryAsync(TailSource source, Func<Task> work, CancellationToken cancel)
    {
        bool isSaid = false;
        for (TimeSpan pause = ShortPause; ; pause = pause * 2 < LongPause ? pause * 2 : LongPause)
        {
            try
            {
                await work();
                return null;
            }
            catch (Exception fault) when (fault is TextGoneException or ApiStatusException { Status.Code: >= 400 and < 500 and not 429 })
            {
                return fault;
            }
            catch (Exception fault) when (Faults.Takes(fault) && !cancel.IsCancellationRequested)
            {
                if (!isSaid)
                    faults.Add(source.Title, new IOException($"history: {fault.Message}; it is tried again", fault));
                isSaid = true;
            }
            await Task.Delay(pause, time, cancel);
        }
    }

    /// <summary>A text that had come to its end has lost nothing.</summary>
    private static void TellLoss(TailSource source)
    {
        if (!source.IsRead)
            Console.Error.WriteLine($"pelago: {source.Title}: lines may be missing at its end: its pod went before all of it was read");
    }
}
