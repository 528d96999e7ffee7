// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Daemon.Running;
using Pelago.Daemon.State;
using Pelago.History;
using Pelago.History.Api;
using Pelago.Kube;
using Pelago.Node.Kubelets;

namespace Pelago.Daemon.Serving;

/// <summary>The agent of a kubelet's node with the history that it keeps there.</summary>
internal sealed class RecordingAgent : IAsyncDisposable
{
    private readonly FileStream _lock;
    private readonly ClusterRuns _runs;
    private readonly KubeletAgent _agent;

    private RecordingAgent(FileStream held, ClusterRuns runs, KubeletAgent agent) => (_lock, _runs, _agent) = (held, runs, agent);

    /// <exception cref="DaemonException">History cannot be kept where it was told to be.</exception>
    public static async Task<IAsyncDisposable> StartAsync(
        KubeletAgentOptions options, string directory, RetentionPolicy retention, IKubeApi api, ILoggerFactory logging, CancellationToken cancel)
    {
        (FileStream held, ClusterRuns runs) = Open(directory, retention, logging, TimeProvider.System);
        try
        {
            var kept = new KubeletRunsOptions { Recorder = runs, Directory = directory, Serve = (http, path) => ServeAsync(runs, http, path) };
            KubeletAgent agent = await KubeletAgent.StartAsync(options with { Runs = kept }, api, logging, TimeProvider.System, cancel);
            runs.Start(events: null);
            return new RecordingAgent(held, runs, agent);
        }
        catch
        {
            await runs.DisposeAsync();
            await held.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _runs.DisposeAsync();
        await _lock.DisposeAsync();
    }

    /// <summary>With a lock: the agent before this one may still be ending, and a history is of one process at a time.</summary>
    internal static (FileStream Held, ClusterRuns Runs) Open(string directory, RetentionPolicy retention, ILoggerFactory logging, TimeProvider time)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(directory);
            held = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return (held, ClusterRuns.Open(directory, durable: true, retention, givesUp: false, logging, time));
        }
        catch (IOException taken) when (HomeLock.IsHeld(taken))
        {
            throw new DaemonException($"pelagod agent: history in {directory} is in use by another agent on this node, which is to end first");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or HistoryException)
        {
            held?.Dispose();
            throw new DaemonException($"pelagod agent cannot keep history in {directory}: {fault.Message}");
        }
    }

    private static Task ServeAsync(ClusterRuns runs, HttpContext http, string path) => HistoryPath.Read(http.Request.Method, path) is { } asked
        ? runs.Endpoint.HandleAsync(http, asked, http.RequestAborted)
        : throw new ApiStatusException(ApiStatus.NoSuchPath());
}
