// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Tail;

/// <summary>
/// Follows texts of tasks: each by itself from where its last piece ended, over connections that break and attempts that end, and with them all tasks that
/// come later. No number of sources is too many.
/// </summary>
internal sealed class TailSession(TailWanted wanted, TailOutput output, Faults faults, TimeProvider time)
{
    private const int AtOnce = 16;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenReleases = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);
    private readonly TaskAccess _access = new();
    private readonly Dictionary<string, TailSource> _sources = new(StringComparer.Ordinal);

    // Sources whose task may write again; the loops of the others end with their text.
    private readonly ConcurrentDictionary<string, bool> _alive = new(StringComparer.Ordinal);

    /// <summary>The last lines of each source, one after the other.</summary>
    public async Task PrintAsync(FoundTasks found, CancellationToken cancel)
    {
        TailSource[] sources = [.. SourcesOf(found)];
        if (sources.Length > 1)
            output.ExpectSeveral();
        foreach (TailSource[] some in sources.Chunk(AtOnce))
        {
            Task<List<byte[]>>[] reading = [.. some.Select(source => ReadAsync(source, cancel))];
            for (int i = 0; i < some.Length; i++)
            {
                foreach (byte[] piece in await reading[i])
                    await output.WriteAsync(some[i], piece, cancel);
                await output.EndAsync(some[i]);
            }
        }
    }

    /// <summary>Until it is cancelled.</summary>
    /// <param name="found">What is there now: of that the last lines.</param>
    /// <param name="find">Looks for what is there later: of that everything.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task FollowAsync(FoundTasks found, Func<CancellationToken, Task<FoundTasks>> find, CancellationToken cancel)
    {
        Task releasing = wanted.IsOrdered ? ReleaseAsync(cancel) : Task.CompletedTask;
        long? lines = wanted.Lines;
        while (true)
        {
            Start(found, lines, cancel);
            lines = null;
            await Task.Delay(BetweenLooks, time, cancel);
            if (_sources.Values.Select(source => source.Following).Append(releasing).FirstOrDefault(work => work.IsFaulted) is { } broken)
                await broken;
            found = await find(cancel);
        }
    }

    private void Start(FoundTasks found, long? lines, CancellationToken cancel)
    {
        TailSource[] sources = [.. SourcesOf(found)];

        // A cluster that did not answer says nothing about its tasks.
        if (found.ExitCode is ExitCode.Done or ExitCode.NothingMatched)
            _alive.Clear();
        foreach (TailSource source in sources)
            _alive[source.Key] = !source.Found.Task.State.IsFinished();
        foreach (TailSource source in sources.Where(source => !_sources.ContainsKey(source.Key)))
        {
            source.Lines = lines;
            _sources[source.Key] = source;
            if (_sources.Count > 1)
                output.ExpectSeveral();
        }

        // New ones, and those that had ended and began again.
        foreach (TailSource source in sources.Select(source => _sources[source.Key]).Where(source => source.Following.IsCompleted && (!source.HasBegun || _alive[source.Key])))
        {
            source.HasBegun = true;
            source.Following = FollowAsync(source, cancel);
        }
    }

    private IEnumerable<TailSource> SourcesOf(FoundTasks found) =>
        from task in found.Tasks from text in wanted.Texts select new TailSource(task, found.NameOf(task.Task), text);

    private async Task<List<byte[]>> ReadAsync(TailSource source, CancellationToken cancel)
    {
        var pieces = new List<byte[]>();
        source.Lines = wanted.Lines;
        try
        {
            ITaskFiles files = await _access.FilesOfAsync(source.Found, cancel);
            await foreach (FeedPiece piece in files.FeedAsync(RequestFor(source) with { Follow = false }, cancel))
                pieces.Add(piece.Text.ToArray());
        }
        catch (Exception fault) when (Faults.Takes(fault))
        {
            faults.Add(source.Title, fault);
        }
        return pieces;
    }

    private async Task FollowAsync(TailSource source, CancellationToken cancel)
    {
        bool isSaid = false;
        TimeSpan pause = ShortPause;
        while (true)
        {
            try
            {
                ITaskFiles files = await _access.FilesOfAsync(source.Found, cancel);
                await foreach (FeedPiece piece in files.FeedAsync(RequestFor(source), cancel))
                {
                    Tell(source, piece.Change);
                    await output.WriteAsync(source, piece.Text, cancel);
                    source.Position = piece.Position.Length > 0 ? piece.Position : source.Position;
                    (isSaid, pause) = (false, ShortPause);
                }
                // What is written after an end is all new.
                source.Lines = null;
                if (!_alive.GetValueOrDefault(source.Key))
                    break;
            }
            catch (ApiStatusException gone) when (gone.Status is { Code: 404, Name.Length: > 0 })
            {
                break; // the pod
            }
            catch (Exception fault) when (Faults.Takes(fault) && !cancel.IsCancellationRequested)
            {
                bool isWaiting = fault is ApiStatusException { Status.Code: 400 };
                if (isWaiting && !_alive.GetValueOrDefault(source.Key))
                    break;
                if (!isSaid && !isWaiting)
                    faults.Add(source.Title, new IOException($"{fault.Message}; it is tried again", fault));
                isSaid = true;
            }
            await Task.Delay(pause, time, cancel);
            pause = pause * 2 < LongPause ? pause * 2 : LongPause;
        }
        await output.EndAsync(source);
    }

    private FeedRequest RequestFor(TailSource source) => new()
    {
        Path = source.Text.Path, Stream = source.Text.Stream, Follow = true, Position = source.Position, TailLines = source.Position is null ? source.Lines : null,
        Timestamps = source.Text.IsLog && (wanted.IsOrdered || wanted.HasTimes),
    };

    private static void Tell(TailSource source, FeedChange change)
    {
        if (change == FeedChange.Cut)
            Console.Error.WriteLine($"pelago: {source.Title}: file truncated");
        else if (change == FeedChange.Gap)
            Console.Error.WriteLine($"pelago: {source.Title}: lines may be missing here: they were rotated away before they were read");
    }

    private async Task ReleaseAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(BetweenReleases, time, cancel);
            await output.ReleaseAsync(time.GetUtcNow().Ticks, cancel);
        }
    }
}
