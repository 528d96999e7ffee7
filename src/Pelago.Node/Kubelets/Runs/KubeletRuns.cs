// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>
/// Tells an <see cref="IRunRecorder"/> of the containers of a kubelet that have ended. A kubelet waits for nobody: so the runtime is looked at often, the log
/// of whatever runs is held open, and what the runtime has forgotten already is taken from the pod's status. One loop; recording runs beside it.
/// </summary>
/// <param name="containers">The runtime.</param>
/// <param name="pods">The pods of the node.</param>
/// <param name="recorder">Who is told.</param>
/// <param name="watched">What outlives this process.</param>
/// <param name="places">The node's name, where logs are, and where they are unpacked.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Where it tells what went wrong.</param>
internal sealed partial class KubeletRuns(
    IKubeletContainers containers, NodePods pods, IRunRecorder recorder, WatchedList watched, RunPlaces places, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int MostTogether = 8;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    // A runtime writes on for a moment when a container has ended, and a pod's status is a moment behind.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MostWithoutLook = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _together = new(MostTogether);
    private readonly Dictionary<string, WatchedContainer> _watched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<(string Container, int Attempt)>> _told = new(StringComparer.Ordinal);
    private string _lastFault = "";
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Whether it has looked at everything not long ago: otherwise what ends is not recorded.</summary>
    public bool IsWell => time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < MostWithoutLook;

    /// <summary>Looks until cancelled. Once.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            // What ended before this began is told with its owner, where the cluster can be asked.
            await pods.KnownAsync(cancel).WaitAsync(Settling, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (SeenContainer left in watched.Read())
                _watched.TryAdd(left.Id, new WatchedContainer(left));
            while (!cancel.IsCancellationRequested)
            {
                await TryLookAsync(cancel);
                await Task.Delay(BetweenLooks, time, cancel);
            }
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Log.Ended(log, places.Node, fault);
            throw;
        }
    }

    /// <summary>One look at everything; what it tells is told when <see cref="ToldAsync"/> completes.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        IReadOnlyList<(string Uid, V1Pod Pod)> changed = pods.TakeChanged();
        try
        {
            await LookAsync(changed, cancel);
        }
        catch
        {
            // What they say of ends nobody may say again.
            pods.Return(changed);
            throw;
        }
    }

    /// <summary>Completes when nothing is being told.</summary>
    public Task ToldAsync() => Task.WhenAll(_watched.Values.Select(one => one.Telling));

    /// <summary>When nothing is looked at any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await ToldAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (WatchedContainer one in _watched.Values)
            one.Dispose();
        _together.Dispose();
    }

    private async Task LookAsync(IReadOnlyList<(string Uid, V1Pod Pod)> changed, CancellationToken cancel)
    {
        IReadOnlyList<SeenContainer> seen = await containers.SeenAsync(cancel);
        foreach (SeenContainer item in seen)
        {
            if (!_watched.TryGetValue(item.Id, out WatchedContainer? one))
                _watched[item.Id] = one = new WatchedContainer(item) { WasOver = item.State == ContainerState.Exited };
            one.Seen = item;
            await TryFollowAsync(one, cancel);
        }
        Miss([.. seen.Select(item => item.Id)], cancel);
        foreach ((string uid, V1Pod pod) in changed)
            TellStatus(uid, pod, cancel);
        Forget();
        watched.Write(_watched.Values.Where(one => !one.IsTold).Select(one => one.Seen));
        Volatile.Write(ref _lookedAt, time.GetTimestamp());
    }

    private async Task TryLookAsync(CancellationToken cancel)
    {
        try
        {
            await LookAsync(cancel);
            _lastFault = "";
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            // Whatever it is: a container that ends meanwhile is lost for good when nobody looks any more.
            if (fault.Message != _lastFault)
                Log.NotLooked(log, places.Node, fault.Message);
            _lastFault = fault.Message;
        }
    }

    /// <summary>One that the runtime cannot describe must not keep the others from being looked at.</summary>
    private async Task TryFollowAsync(WatchedContainer one, CancellationToken cancel)
    {
        try
        {
            await FollowAsync(one, cancel);
        }
        catch (ApiStatusException fault)
        {
            NotTold(one, fault);
        }
    }

    private async Task FollowAsync(WatchedContainer one, CancellationToken cancel)
    {
        if (!one.Telling.IsCompleted || one.IsClosed || !one.MayTell(time))
            return;
        one.Status ??= await containers.FindAsync(one.Seen.Id, cancel);
        if (one.Log is null && places.Below(one.Status?.LogPath ?? "") is { } relative)
            one.Follow(new RunLog(places.Logs, relative, places.Scratch));
        one.Log?.Look();
        if (one.Seen.State != ContainerState.Exited)
            return;
        if (!one.IsTold || (one.Log?.Length ?? -1) > one.ToldLength)
            one.Telling = TellAsync(one, EndOfAsync, cancel);
        else if (time.GetElapsedTime(one.Since) > Settling)
            one.Close();
    }

    private async Task<ContainerStatus?> EndOfAsync(WatchedContainer one, CancellationToken cancel)
    {
        if (one.Status?.State != ContainerState.Exited)
            one.Status = await containers.FindAsync(one.Seen.Id, cancel) ?? one.Status;
        return one.Status is { State: ContainerState.Exited } ended ? ended : null;
    }

    /// <summary>Those that the runtime has no more: how they ended the pod's status says, in a moment at most, or nobody knows it.</summary>
    private void Miss(HashSet<string> present, CancellationToken cancel)
    {
        foreach ((string id, WatchedContainer one) in _watched.Where(pair => !present.Contains(pair.Key)).ToList())
        {
            if (!one.Telling.IsCompleted || !one.MayTell(time))
                continue;
            if (one.IsTold)
            {
                NoteTold(one);
                one.Dispose();
                _watched.Remove(id);
                continue;
            }
            if (one.Seen.State == ContainerState.Created)
            {
                // It never ran, or so short that only the pod's status has it.
                one.Dispose();
                _watched.Remove(id);
                continue;
            }
            if (!one.IsMissed)
                (one.IsMissed, one.Since) = (true, time.GetTimestamp());
            ContainerStatus? end = one.Status is { State: ContainerState.Exited } known ? known : PodEnds.Find(pods.Find(one.Seen.PodUid), id);
            if (end is null && time.GetElapsedTime(one.Since) < Settling)
                continue;
            end ??= PodEnds.Unknown(one.Seen, time.GetUtcNow());
            one.Telling = TellAsync(one, (_, _) => Task.FromResult<ContainerStatus?>(end), cancel);
        }
    }

    /// <summary>What a pod's status says of ends that nobody saw.</summary>
    private void TellStatus(string uid, V1Pod pod, CancellationToken cancel)
    {
        foreach (ContainerStatus end in PodEnds.Of(pod).Where(end => !_watched.ContainsKey(end.Id) && !IsTold(uid, end.Name, end.Attempt)))
        {
            var one = new WatchedContainer(new SeenContainer(end.Id, pod.Metadata.NamespaceProperty, pod.Metadata.Name, uid, end.Name, end.Attempt, ContainerState.Exited)) { IsMissed = true, WasOver = true, Status = end };
            _watched[end.Id] = one;
            one.Telling = TellAsync(one, (_, _) => Task.FromResult<ContainerStatus?>(end), cancel);
        }
    }

    private async Task TellAsync(WatchedContainer one, Func<WatchedContainer, CancellationToken, Task<ContainerStatus?>> endOf, CancellationToken cancel)
    {
        await Task.Yield(); // files are opened and unpacked beside the loop
        await _together.WaitAsync(cancel);
        try
        {
            if (await endOf(one, cancel) is not { } end)
                return;
            long length = one.Log?.Length ?? -1;
            if (one.WasOver && !recorder.Keeps(end))
            {
                one.Told(length, time);
                return;
            }
            using OpenedLog? opened = one.Log?.Open();
            var ended = new EndedContainer(PodOf(one.Seen), places.Node, end, opened?.Files ?? [], one.Log?.IsCut == true || opened?.IsCut == true)
            {
                PodUid = one.Seen.PodUid, IsLogGone = length < 0 && (one.IsMissed || end.StartedAt is not null),
            };

            // To its end: the files are named by descriptors, which would be those of other files when they were closed while somebody reads.
            await recorder.RecordAsync(ended, CancellationToken.None);
            one.Told(length, time);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            NotTold(one, fault);
        }
        finally
        {
            _together.Release();
        }
    }

    private void NotTold(WatchedContainer one, Exception fault)
    {
        one.NotTold(time);
        Log.NotTold(log, one.Seen.Namespace, one.Seen.Pod, one.Seen.Name, one.Seen.Attempt, fault.Message);
    }

    private bool IsTold(string uid, string container, int attempt) => _told.TryGetValue(uid, out HashSet<(string Container, int Attempt)>? told) && told.Contains((container, attempt));

    private void NoteTold(WatchedContainer one)
    {
        if (!_told.TryGetValue(one.Seen.PodUid, out HashSet<(string Container, int Attempt)>? told))
            _told[one.Seen.PodUid] = told = [];
        told.Add((one.Seen.Name, one.Seen.Attempt));
    }

    private void Forget()
    {
        foreach (WatchedContainer one in _watched.Values.Where(one => one.IsTold))
            NoteTold(one);
        HashSet<string> used = [.. _watched.Values.Select(one => one.Seen.PodUid)];
        pods.Forget(used);
        foreach (string uid in _told.Keys.Where(uid => !used.Contains(uid) && pods.Find(uid) is null).ToList())
            _told.Remove(uid);
    }

    /// <summary>Whoever may create pods may say of one that it is the copy of any other: a run is of the pod that the kubelet says.</summary>
    private V1Pod PodOf(SeenContainer seen) => pods.Find(seen.PodUid) is { } pod && pod.Metadata.NamespaceProperty == seen.Namespace && pod.Metadata.Name == seen.Pod
        ? pod
        : new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = seen.Namespace, Name = seen.Pod, Uid = seen.PodUid } };

    private static partial class Log
    {
        [LoggerMessage(4510, LogLevel.Warning, "What ended on node {Node} is not looked at for a moment, which is tried again: {Why}")]
        public static partial void NotLooked(ILogger log, string node, string why);

        [LoggerMessage(4512, LogLevel.Error, "What ends on node {Node} is not kept any more")]
        public static partial void Ended(ILogger log, string node, Exception fault);

        [LoggerMessage(4511, LogLevel.Warning, "Run {Attempt} of container {Container} of pod {Namespace}/{Pod} is not in history yet, which is tried again: {Why}")]
        public static partial void NotTold(ILogger log, string @namespace, string pod, string container, int attempt, string why);
    }
}
