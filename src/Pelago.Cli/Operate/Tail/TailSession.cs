// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Threading.Channels;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Tail;

/// <summary>
/// Follows texts of tasks: each by itself from where its last piece ended, over connections that break and attempts that end, and with them all tasks that
/// come later. No number of sources is too many.
/// </summary>
internal sealed class TailSession(TailWanted wanted, TailOutput output, Faults faults, TimeProvider time)
{
    private const int AtOnce = 16;

    /// <summary>Of each source that waits for its turn to be printed: a part of a text may be almost all of it.</summary>
    private const int MostPieces = 32;
    private static readonly TimeSpan BetweenReleases = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the third try: what a task has that has just begun may be seen late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly TaskAccess _access = new();
    private readonly TailHistory _history = new(wanted, output, faults, time);
    private readonly Dictionary<string, TailSource> _sources = new(StringComparer.Ordinal);

    // What had ended when its cluster was first seen, or ended while another task was meant: it is not followed, unless it begins again.
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly HashSet<HttpKubeApi> _clusters = [];

    // Sources whose task may write again; the loops of the others end with their text.
    private readonly ConcurrentDictionary<string, bool> _alive = new(StringComparer.Ordinal);

    /// <summary>The wanted part of each source, one after the other.</summary>
    public async Task PrintAsync(FoundTasks found, CancellationToken cancel)
    {
        TailSource[] sources = [.. SourcesOf(found, found.Tasks)];
        if (sources.Length > 1)
            output.ExpectSeveral();
        foreach (TailSource[] some in sources.Chunk(AtOnce))
        {
            ChannelReader<byte[]>[] reading = [.. some.Select(source => Read(source, cancel))];
            for (int i = 0; i < some.Length; i++)
            {
                await foreach (byte[] piece in reading[i].ReadAllAsync(cancel))
                    await output.WriteAsync(some[i], piece, cancel);
                await output.EndAsync(some[i]);
            }
        }
    }

    /// <summary>Until it is cancelled.</summary>
    /// <param name="found">What is there now: of that the wanted part.</param>
    /// <param name="before">What was there a moment before, ended or not: of what had ended nothing.</param>
    /// <param name="next">Waits for a change, and looks for what is there then, ended or not: of that everything.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task FollowAsync(FoundTasks found, FoundTasks before, Func<FoundTasks, CancellationToken, Task<FoundTasks>> next, CancellationToken cancel)
    {
        Task releasing = wanted.IsOrdered ? ReleaseAsync(cancel) : Task.CompletedTask;
        Start(SourcesOf(found, found.Tasks), found, _ => wanted.Part, cancel);
        PassOver(before);
        found = before;
        while (true)
        {
            found = await next(found, cancel);
            if (_sources.Values.Select(source => source.Following).Append(releasing).FirstOrDefault(work => work.IsFaulted) is { } broken)
                await broken;
            HttpKubeApi[] came = PassOver(found);
            IEnumerable<TailSource> meant = SourcesOf(found, found.Tasks).Where(source => source.IsPast ? source.Text.IsLog && !_ended.Contains(source.Key)
                : !source.Found.Task.State.IsFinished() || !_ended.Contains(source.Key));
            // Of a cluster that did not answer before, the same part as in the beginning.
            Start(meant, found, source => came.Contains(source.Found.Cluster) ? wanted.Part : null, cancel);
        }
    }

    /// <summary>The clusters that were not seen before: what has ended in them is passed over, and in all of them what ended and is not meant.</summary>
    private HttpKubeApi[] PassOver(FoundTasks found)
    {
        HttpKubeApi[] came = [.. found.Revisions.Keys.Where(_clusters.Add)];
        IEnumerable<FoundTask> ended = found.Tasks.Where(task => task.Task.State.IsFinished() && came.Contains(task.Cluster)).Concat(found.Aside);
        _ended.UnionWith(SourcesOf(found, ended).Select(source => source.Key).Where(key => !_sources.ContainsKey(key)));
        return came;
    }

    private void Start(IEnumerable<TailSource> some, FoundTasks found, Func<TailSource, TextPart?> partOf, CancellationToken cancel)
    {
        TailSource[] sources = [.. some];

        // A cluster that did not answer says nothing about its tasks.
        if (found.ExitCode is ExitCode.Done or ExitCode.NothingMatched)
            _alive.Clear();
        foreach (TailSource source in sources)
        {
            _alive[source.Key] = !source.Found.Task.State.IsFinished();
            _sources.GetValueOrDefault(source.Key)?.Look(source.Found.Task);
        }
        foreach (TailSource source in sources)
        {
            if (!_sources.TryGetValue(source.Key, out TailSource? known))
            {
                // Of what had ended and begins again the earlier attempts are passed over.
                bool isAgain = _ended.Remove(source.Key);
                source.Part = partOf(source);
                source.Count = source.Part is null && !isAgain ? 0 : null;
            }
            else if (known.IsPast && !source.IsPast && _alive[source.Key])
            {
                // Its pod is there after all: what came were earlier attempts.
                source.Following = known.Following;
            }
            else
            {
                continue;
            }
            _sources[source.Key] = source;
            if (_sources.Count > 1)
                output.ExpectSeveral();
        }

        // New ones, and those that had ended and began again.
        foreach (TailSource source in sources.Select(source => _sources[source.Key]).Where(source => !source.HasBegun || (source.Following.IsCompleted && _alive[source.Key] && !source.IsPast)))
        {
            source.HasBegun = true;
            source.Following = FollowAsync(source, source.Following, cancel);
        }
    }

    private IEnumerable<TailSource> SourcesOf(FoundTasks found, IEnumerable<FoundTask> tasks) =>
        from task in tasks from text in wanted.Texts select new TailSource(task, found.NameOf(task.Task), text);

    private ChannelReader<byte[]> Read(TailSource source, CancellationToken cancel)
    {
        var pieces = Channel.CreateBounded<byte[]>(MostPieces);
        _ = ReadAsync(source, pieces.Writer, cancel);
        return pieces.Reader;
    }

    private async Task ReadAsync(TailSource source, ChannelWriter<byte[]> pieces, CancellationToken cancel)
    {
        source.Part = wanted.Part;
        Exception? broken = null;
        try
        {
            ITaskFiles files = await _access.FilesOfAsync(source.Found, cancel);
            await foreach (FeedPiece piece in files.FeedAsync(RequestFor(source) with { Follow = false }, cancel))
                await pieces.WriteAsync(piece.Text.ToArray(), cancel);
            faults.AddLoss(source.Title, files);
        }
        catch (Exception fault) when (Faults.Takes(fault))
        {
            faults.Add(source.Title, fault);
        }
        catch (Exception fault)
        {
            broken = fault;
        }
        pieces.TryComplete(broken);
    }

    private async Task FollowAsync(TailSource source, Task before, CancellationToken cancel)
    {
        await before;
        await (source.IsPast ? _history.PrintAsync(source, cancel) : FollowPresentAsync(source, cancel));
        await output.EndAsync(source);
    }

    private async Task FollowPresentAsync(TailSource source, CancellationToken cancel)
    {
        bool isSaid = false;
        TimeSpan pause = ShortPause;
        while (true)
        {
            Task changed = source.Changed;
            try
            {
                ITaskFiles files = await _access.FilesOfAsync(source.Found, cancel);
                await foreach (FeedPiece piece in files.FeedAsync(RequestFor(source), cancel))
                {
                    source.Tell(piece.Change);
                    if (piece.Change != FeedChange.None || (source.Position is null && piece.Attempt != 0))
                        source.Count = null;
                    await output.WriteAsync(source, piece.Text, cancel);
                    source.Position = piece.Position.Length > 0 ? piece.Position : source.Position;
                    source.Count += piece.Text.Length;
                    source.IsRead = false;
                    (isSaid, pause) = (false, ShortPause);
                }
                // What is written after an end is all new.
                (source.Part, source.IsRead) = (null, true);
                if (!_alive.GetValueOrDefault(source.Key))
                    return;
            }
            catch (ApiStatusException gone) when (gone.Status is { Code: 404, Name.Length: > 0 })
            {
                await _history.FinishAsync(source, cancel); // the pod
                return;
            }
            catch (ApiStatusException never) when (never.Status.Code == 405)
            {
                // Its cluster cannot do it, however often it is asked. The other sources go on.
                faults.Add(source.Title, never);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
            }
            catch (Exception fault) when (Faults.Takes(fault) && !cancel.IsCancellationRequested)
            {
                bool isWaiting = fault is ApiStatusException { Status.Code: 400 };
                if (isWaiting && !_alive.GetValueOrDefault(source.Key))
                    return;
                // What is to start is waited for without a word; not a path that cannot be read while its task runs, as that of a directory.
                if (!isSaid && (!isWaiting || (source is { Text.Path: not null, Runs: true } && pause >= Patience)))
                {
                    faults.Add(source.Title, new IOException($"{fault.Message}; it is tried again", fault));
                    isSaid = true;
                }
            }
            await Task.WhenAny(changed, Task.Delay(pause, time, cancel));
            cancel.ThrowIfCancellationRequested();
            pause = pause * 2 < LongPause ? pause * 2 : LongPause;
        }
    }

    private FeedRequest RequestFor(TailSource source) => new()
    {
        AllAttempts = source is { Position: null, Count: not null },
        Path = source.Text.Path, Stream = source.Text.Stream, Follow = true, Position = source.Position, Part = source.Position is null ? source.Part : null,
        Timestamps = wanted.ShowsTimesOf(source.Text),
    };

    private async Task ReleaseAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(BetweenReleases, time, cancel);
            await output.ReleaseAsync(time.GetUtcNow().Ticks, cancel);
        }
    }
}
