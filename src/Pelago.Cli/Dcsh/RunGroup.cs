// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>All runs of one call: a Job for each, on the clusters and nodes that were asked for, side by side.</summary>
internal sealed class RunGroup(IReadOnlyList<HttpKubeApi> clusters, RunRequest request, Action<string> notice, TimeProvider time) : IDisposable
{
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");

    /// <summary>What a shell says of a program that such a signal has ended.</summary>
    private static readonly Dictionary<string, int> EndingCodes = new() { ["HUP"] = 129, ["INT"] = 130, ["QUIT"] = 131, ["KILL"] = 137, ["TERM"] = 143 };
    private const string TooMuch = "it was killed for the memory that it took; --mem gives it more";
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>What a timer can wait for: some 49 days.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<RunSession> _sessions = [];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));

    /// <summary>The first run that fails ends the others.</summary>
    public bool FailsFast { get; init; }

    /// <summary>Told of each run as it ends, one at a time.</summary>
    public Action<RunResult> Ended { get; init; } = _ => { };

    /// <summary>Hands a signal to all runs. One that ends a program ends those whose pods do not run yet, too.</summary>
    public Task SignalAsync(string name)
    {
        RunSession[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
            if (EndingCodes.ContainsKey(name))
                _ended.TrySetResult(name);
        }
        return Task.WhenAll(sessions.Select(session => session.SignalAsync(name)));
    }

    public void Dispose()
    {
        // Who writes for a reader that takes nothing is left, and gives it back when that goes on.
        if (_turn.CurrentCount > 0)
            _turn.Dispose();
    }

    public async Task<IReadOnlyList<RunResult>> RunAsync(Stream? stdin, CancellationToken cancel)
    {
        using Staging staging = Staging.Of(request.Stage);
        var held = clusters.ToDictionary(api => api, api => WaitingLease.IsAllowedAsync(api, request.Namespace, time, cancel));
        IReadOnlyList<(HttpKubeApi Api, string? Node)> places = await PlacesAsync(cancel);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pods = clusters.ToDictionary(api => api, api => new RunPods(api, request.Namespace, Id, notice));
        Task watches = Task.WhenAll(pods.Select(pair => pair.Value.WatchAsync(watching.Token)));
        SharedInput? shares = stdin is null || places.Count == 1 || request.Sharing == InputSharing.None ? null : new SharedInput(places.Count, request.Sharing == InputSharing.Broadcast);
        // Not waited for: a read of a terminal or a pipe cannot be taken back.
        _ = shares is null ? Task.CompletedTask : Task.Run(() => shares.DealAsync(stdin!, watching.Token), CancellationToken.None);
        RunResult[] results = await Task.WhenAll(places.Select(async (place, index) =>
        {
            Stream? input = places.Count == 1 ? stdin : shares?.Of(index);
            try
            {
                RunResult result = await OneAsync(new Run(place.Api, place.Node, index, places.Count, pods[place.Api], staging) { IsHeld = held[place.Api] }, input, cancel);
                lock (_gate)
                    Ended(result);
                if (FailsFast && result.Code != 0)
                    await SignalAsync("TERM");
                return result;
            }
            finally
            {
                // However it ended: what it does not take holds the others back.
                shares?.Leave(index);
            }
        }));
        await watching.CancelAsync();
        await watches.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return results;
    }

    /// <summary>Comes back to the one run of this id, from its first byte.</summary>
    public async Task<RunResult> AttachAsync(CancellationToken cancel)
    {
        foreach (HttpKubeApi api in clusters)
        {
            ApiResult found = await api.GetAsync(new ResourcePath(Jobs, request.Namespace, RunJob.NameOf(Id, 0)), cancel);
            if (found.Error is { IsNotFound: true })
                continue;
            if (found.Error is { } error)
                throw new CliException($"run {Id} on {api.Cluster}: {error.Message}");
            using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var pods = new RunPods(api, request.Namespace, Id, notice);
            Task watch = pods.WatchAsync(watching.Token);
            using Staging nothing = Staging.Of([]);
            RunResult result = await OneAsync(new Run(api, null, 0, 1, pods, nothing) { IsThere = true }, null, cancel);
            await watching.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return result;
        }

        throw new CliException($"no run {Id} in namespace {request.Namespace} of {string.Join(", ", clusters.Select(api => api.Cluster))}", ExitCode.NothingMatched);
    }

    private async Task<IReadOnlyList<(HttpKubeApi Api, string? Node)>> PlacesAsync(CancellationToken cancel)
    {
        if (!request.OnEachNode)
            return [.. clusters.SelectMany(api => Enumerable.Repeat((api, (string?)null), request.Count))];
        var places = new List<(HttpKubeApi, string?)>();
        foreach (HttpKubeApi api in clusters)
        {
            ApiResult listed = await api.ListAsync(new ResourcePath(Nodes), new ListQuery { LabelSelector = request.Where, MetadataOnly = true }, cancel);
            if (listed.Error is { } error)
                throw new RunFailure(RunFailure.Engine, $"listing the nodes of {api.Cluster}: {error.Message}");
            foreach (JsonObject node in (KubeJson.ParseObject(listed.Body).Array("items") ?? []).OfType<JsonObject>())
                places.Add((api, node.Object("metadata")?.Object("labels")?.String("kubernetes.io/hostname") ?? node.Object("metadata")?.String("name")));
        }

        return places.Count > 0 ? places : throw new CliException($"no node with {request.Where}", ExitCode.NothingMatched);
    }

    private async Task<RunResult> OneAsync(Run run, Stream? stdin, CancellationToken cancel)
    {
        DateTimeOffset started = time.GetUtcNow();
        long began = time.GetTimestamp();
        OutputLines[] lines = [];
        RunSession? session = null;
        WaitingLease? lease = null;
        CheckedOutput? output = null;
        bool isOver = false;
        string pod = RunJob.NameOf(Id, run.Index);
        RunResult Result(int code, string origin, string? reason) =>
            new(run.Index, run.Api.Cluster, pod, code, origin, reason, started, time.GetElapsedTime(began), session?.BytesIn ?? 0, output?.Count ?? 0);

        async Task<RunResult> LostAsync(string why)
        {
            if (!await IsGoneAsync(run))
                return Result(RunFailure.LostContact, RunResult.OfEngine, why);
            return run.Pods.IsOutOfMemory(run.Index)
                ? Result(EndingCodes["KILL"], RunResult.OfChild, TooMuch)
                : Result(RunFailure.NodeLost, RunResult.OfEngine, $"pod {pod} was taken away: {lease?.Unreleased ?? why}");
        }

        try
        {
            Task<string> running = run.Pods.Running(run.Index);
            if (run.IsThere)
                await Task.WhenAny(running, _ended.Task).WaitAsync(cancel);
            else
                lease = await CreateAsync(run, running, cancel);
            if (running.IsCompleted)
                pod = await running;
            (Stream outs, Stream errs) = (StandardStreams.Output(), StandardStreams.Errors());
            if (run.Total > 1)
            {
                byte[] label = request.HasLabels ? Encoding.UTF8.GetBytes($"{run.Index}: ") : [];
                lines = [new OutputLines(outs, _turn, label), new OutputLines(errs, _turn, label)];
                (outs, errs) = (lines[0], lines[1]);
            }

            output = new CheckedOutput(outs, () => _ = ReaderGoneAsync());
            var place = new RunPlace(run.Api, request.Namespace, pod);
            RunRequest own = run.Total == 1 ? request : request with { ReturnTo = run.Index.ToString(CultureInfo.InvariantCulture) };
            session = new RunSession(place, own, output, new CheckedOutput(errs, () => { }), time) { Gone = run.Pods.Gone(run.Index) };
            // Who is told of signals, and who has missed one, is decided in one place.
            bool isEnded;
            lock (_gate)
            {
                isEnded = _ended.Task.IsCompleted;
                if (!isEnded)
                    _sessions.Add(session);
            }
            if (isEnded)
            {
                // One that was there before goes on without who only looks at it.
                isOver = !run.IsThere;
                string signal = await _ended.Task;
                return Result(EndingCodes[signal], RunResult.OfEngine, run.IsThere ? "left before it was shown" : $"ended by {signal} before it had begun");
            }

            RunEnd end = lease is null
                ? await session.ResumeAsync(cancel)
                : await WithReleaseAsync(lease, session, stdin, stop => run.Staging.BringAsync(place, stop), cancel);
            isOver = true;
            await FinishAsync(lines);
            if (end.IsLate)
                return Result(RunFailure.TimeOut, RunResult.OfEngine, "its time was over");
            return Result(end.Code, RunResult.OfChild, end.Code == EndingCodes["KILL"] && await IsGoneAsync(run) && run.Pods.IsOutOfMemory(run.Index) ? TooMuch : null);
        }
        catch (RunFailure failure)
        {
            isOver = failure.IsOver;
            return failure.Code == RunFailure.LostContact ? await LostAsync(failure.Message) : Result(failure.Code, RunResult.OfEngine, failure.Message);
        }
        catch (LostRunException lost)
        {
            return await LostAsync(lost.Message);
        }
        catch (ClusterUnreachableException unreachable)
        {
            return Result(RunFailure.Engine, RunResult.OfEngine, unreachable.Message);
        }
        catch (Exception local) when (local is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // A disk that is full, a directory for what comes back that cannot be written: the other runs have their results all the same.
            return Result(RunFailure.Engine, RunResult.OfEngine, local.Message);
        }
        finally
        {
            if (isOver || !request.Keep)
                await DeleteAsync(run);
            // Another stream, or another run, may have been left with the turn for a reader that takes nothing.
            await FinishAsync(lines).WaitAsync(RunSession.Grace, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The watch may say it a moment later than the connection.</summary>
    private async Task<bool> IsGoneAsync(Run run)
    {
        Task gone = run.Pods.Gone(run.Index);
        await Task.WhenAny(gone, Task.Delay(Moment, time, CancellationToken.None));
        return gone.IsCompleted;
    }

    private static async Task FinishAsync(OutputLines[] lines)
    {
        foreach (OutputLines stream in lines)
        {
            try
            {
                await stream.FinishAsync();
            }
            catch (IOException fault) when (StandardStreams.IsReaderGone(fault))
            {
                // As for the lines before it.
            }
        }
    }

    /// <summary>The lease is given up beside the run: where the cluster is slow about its Job, the keeper does not miss its client.</summary>
    private async Task<RunEnd> WithReleaseAsync(WaitingLease lease, RunSession session, Stream? stdin, Func<CancellationToken, Task> stage, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task releasing = lease.ReleaseAsync(request.Keep ? TimeSpan.Zero : WaitingLease.Patience, over.Token);
        async Task PrepareAsync(CancellationToken stop)
        {
            // What begins goes on when the client is killed in the next moment, by the deadline that is its own.
            if (request.Keep)
                await releasing.WaitAsync(Moment, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stage(stop);
        }

        try
        {
            return await session.RunAsync(stdin, PrepareAsync, cancel);
        }
        finally
        {
            // A run that is kept may go on, by the deadline that is its own.
            if (request.Keep)
                await releasing.WaitAsync(WaitingLease.Patience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (request.Keep && !releasing.IsCompleted)
                notice(lease.Doubt);
            await over.CancelAsync();
            await releasing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes its Job, and waits until its pod runs or a signal ends it: no longer than it may run itself.</summary>
    /// <returns>What puts its deadline off.</returns>
    private async Task<WaitingLease> CreateAsync(Run run, Task<string> running, CancellationToken cancel)
    {
        TimeSpan grace = request.Keep ? RunSession.KeptGrace : RunSession.Grace;
        var path = new ResourcePath(Jobs, request.Namespace, RunJob.NameOf(Id, run.Index));
        bool isHeld = await run.IsHeld;
        var lease = new WaitingLease(run.Api, path, RunJob.DeadlineOf(request, grace), isHeld, notice, time);
        byte[] job = RunJob.Document(request, Id, run.Index, run.Total, run.Api.Cluster, run.Node, grace, isHeld);
        ApiResult made = await run.Api.CreateAsync(new ResourcePath(Jobs, request.Namespace), job, WriteQuery.None, cancel);
        if (made.Error is { } error)
            throw new RunFailure(RunFailure.Engine, $"making a Job on {run.Api.Cluster}: {error.Message}");
        TimeSpan limit = request.Timeout > TimeSpan.Zero && request.Timeout < LongestTimer ? request.Timeout : Timeout.InfiniteTimeSpan;
        try
        {
            await lease.HoldAsync(Task.WhenAny(running, _ended.Task).WaitAsync(limit, time, cancel), cancel);
        }
        catch (TimeoutException)
        {
            throw new RunFailure(RunFailure.TimeOut, "its time was over before its pod ran", isOver: true);
        }
        return lease;
    }

    /// <summary>As in a pipe on one machine: what writes on for nobody is told, and then asked to end.</summary>
    private async Task ReaderGoneAsync()
    {
        await SignalAsync("PIPE");
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        await SignalAsync("TERM");
    }

    private async Task DeleteAsync(Run run)
    {
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        var path = new ResourcePath(Jobs, request.Namespace, RunJob.NameOf(Id, run.Index));
        try
        {
            await run.Api.DeleteAsync(path, new DeleteQuery { PropagationPolicy = "Background" }, brief.Token);
        }
        catch (Exception e) when (e is ClusterUnreachableException or OperationCanceledException)
        {
            notice($"the Job {path.Name} on {run.Api.Cluster} goes by itself: {e.Message}");
        }
    }

    private sealed record Run(HttpKubeApi Api, string? Node, int Index, int Total, RunPods Pods, Staging Staging)
    {
        /// <summary>Its Job was made before.</summary>
        public bool IsThere { get; init; }

        /// <summary>Its Job is made with the deadline of its waiting, for that may be put off and taken back.</summary>
        public Task<bool> IsHeld { get; init; } = Task.FromResult(false);
    }
}
