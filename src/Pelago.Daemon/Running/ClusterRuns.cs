// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine;
using Pelago.History;
using Pelago.History.Api;
using Pelago.Kube;
using Pelago.Node;
using Pelago.Node.Runtimes;

namespace Pelago.Daemon.Running;

/// <summary>A history that this process keeps, of a cluster or of a node: what nodes say of containers that have ended, and the API by which it is read.</summary>
internal sealed partial class ClusterRuns : IRunRecorder, IAsyncDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenExpiries = TimeSpan.FromMinutes(10);
    private readonly HistoryStore _store;
    private readonly bool _givesUp;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _upkeep = Task.CompletedTask;

    private ClusterRuns(HistoryStore store, string directory, bool givesUp, TimeProvider time, ILogger log)
    {
        (_store, _givesUp, _time, _log) = (store, givesUp, time, log);
        Endpoint = new HistoryEndpoint(store, directory);
        Api = new ApiExtension(
            new GroupVersion(HistoryApi.Group, HistoryApi.Version),
            HistoryDiscovery.ResourceList,
            (http, asked, cancel) => Endpoint.HandleAsync(http, new HistoryRequest(asked.Verb, asked.Namespace, asked.Resource, asked.Name, asked.Subresource), cancel));
    }

    /// <summary>history.pelago.dev, for the cluster's engine.</summary>
    public ApiExtension Api { get; }

    /// <summary>The same, for whoever reads requests himself.</summary>
    public HistoryEndpoint Endpoint { get; }

    /// <param name="directory">Where it is; of one process at a time.</param>
    /// <param name="durable">What is recorded survives a loss of power.</param>
    /// <param name="retention">How much of it, and how long.</param>
    /// <param name="givesUp">A run that cannot be recorded after some attempts is lost, with a line in the log; false: whoever tells of it is told so, and tells of it again.</param>
    /// <param name="logging">Where it tells.</param>
    /// <param name="time">Clock.</param>
    public static ClusterRuns Open(string directory, bool durable, RetentionPolicy retention, bool givesUp, ILoggerFactory logging, TimeProvider time)
    {
        var store = HistoryStore.Open(new HistoryOptions { Directory = directory, Durable = durable, Retention = retention, Time = time, Logging = logging });
        return new ClusterRuns(store, directory, givesUp, time, logging.CreateLogger<ClusterRuns>());
    }

    /// <summary>Begins to drop what is old, and to keep the Events of pods.</summary>
    /// <param name="events">The cluster whose Events are kept; null: they are not.</param>
    public void Start(IKubeApi? events)
    {
        Task expiry = BackgroundWork.RunAsync(() => ExpireAsync(_stop.Token));
        _upkeep = events is null ? expiry : Task.WhenAll(expiry, BackgroundWork.RunAsync(() => new EventKeeper(events, _store, _time, _log).RunAsync(_stop.Token)));
    }

    /// <summary>
    /// Of a node that removes pods itself a run that cannot be recorded is lost with a line in the log: a full disk must not keep pods from going, for that is
    /// what empties it. A kubelet waits for nobody, and a run is told again until it is recorded: there it is a <see cref="HistoryException"/>.
    /// </summary>
    public async Task RecordAsync(EndedContainer ended, CancellationToken cancel)
    {
        FinishedRun run = RunOf(ended);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await _store.RecordAsync(run, cancel);
                return;
            }
            catch (HistoryException fault) when (attempt >= Attempts && _givesUp)
            {
                Log.Lost(_log, run.Namespace, run.Pod, run.Container, run.Attempt, fault.Message);
                return;
            }
            catch (HistoryException) when (attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, _time, cancel);
            }
        }
    }

    public bool Keeps(ContainerStatus ended) => ended.FinishedAt is not { } finished || _store.Keeps(finished, failed: ended.ExitCode != 0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _upkeep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    private FinishedRun RunOf(EndedContainer ended)
    {
        V1ObjectMeta pod = ended.Pod.Metadata;
        return new FinishedRun
        {
            Namespace = pod.NamespaceProperty, Pod = pod.Name, PodUid = ended.PodUid, Container = ended.Status.Name, Attempt = ended.Status.Attempt, Owner = RunSpec.OwnerOf(pod), Node = ended.Node,
            Started = ended.Status.StartedAt, Finished = ended.Status.FinishedAt ?? _time.GetUtcNow(), ExitCode = ended.Status.ExitCode, Reason = ended.Status.Reason,
            Message = ended.Status.Message, Spec = RunSpec.Of(ended.Pod), LogFiles = ended.LogFiles,
            LogLoss = LossOf(ended),
        };
    }

    private static string LossOf(EndedContainer ended) =>
        ended.IsLogCut ? LogLoss.Rotated : ended.Status.Reason == "StartError" ? LogLoss.NeverStarted : ended.IsLogGone ? LogLoss.Removed : "";

    private async Task ExpireAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            try
            {
                await _store.ExpireAsync(cancel);
                next = _store.OverflowAsync().WaitAsync(BetweenExpiries, _time, cancel);
            }
            catch (Exception fault) when (fault is HistoryException or IOException or UnauthorizedAccessException)
            {
                Log.NotExpired(_log, fault.Message);

                // An overflow is told until something was dropped: to wait for that would be to try at once, again and again.
                next = Task.Delay(BetweenExpiries, _time, cancel);
            }
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5030, LogLevel.Error, "Run {Attempt} of container {Container} of pod {Namespace}/{Pod} is lost to history: {Why}")]
        public static partial void Lost(ILogger log, string @namespace, string pod, string container, int attempt, string why);

        [LoggerMessage(5031, LogLevel.Warning, "What of history is old could not be dropped, which is tried again: {Why}")]
        public static partial void NotExpired(ILogger log, string why);
    }
}
