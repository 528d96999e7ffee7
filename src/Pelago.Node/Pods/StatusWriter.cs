// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Pods;

/// <summary>
/// Brings the API server's pod statuses to what the node wants. Of several statuses of one pod that come faster than they can be written only the last
/// is; one that differs in nothing is not written. Remembers what it wrote, because the watch tells of it later. Thread-safe.
/// </summary>
internal sealed partial class StatusWriter : IDisposable
{
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly IKubeApi _api;
    private readonly ILogger _log;
    private readonly WorkQueue<string> _queue;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public StatusWriter(IKubeApi api, TimeProvider time, ILogger log)
    {
        _api = api;
        _log = log;
        _queue = new WorkQueue<string>(time);
    }

    /// <summary>Writes until cancelled, with so many writes under way at most.</summary>
    public Task RunAsync(int concurrency, CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WriteAsync(cancel)));

    public void Set(V1Pod pod, V1PodStatus status) => Set(pod, status, static _ => true);

    /// <summary>Only when nothing was set since <see cref="Sets"/> was <paramref name="sets"/>.</summary>
    public void SetAfter(int sets, V1Pod pod, V1PodStatus status) => Set(pod, status, entry => entry.Sets == sets);

    /// <summary>How often a status of the pod was set.</summary>
    public int Sets(string uid)
    {
        if (!_entries.TryGetValue(uid, out Entry? entry))
            return 0;
        lock (entry)
            return entry.Sets;
    }

    /// <summary>
    /// Whether this version of the pod is what writing a status made it. A write that is under way may have made it, too: then this is true, and
    /// <paramref name="otherwise"/> is called as soon as it turns out to have made another.
    /// </summary>
    public bool IsOwnWrite(V1Pod pod, Action otherwise)
    {
        if (!_entries.TryGetValue(pod.Metadata.Uid, out Entry? entry))
            return false;
        lock (entry)
            return entry.IsOwnWrite(pod, otherwise);
    }

    private void Set(V1Pod pod, V1PodStatus status, Predicate<Entry> holds)
    {
        Entry entry = _entries.GetOrAdd(pod.Metadata.Uid, static (_, key) => new Entry(key), new ObjectKey(pod.Metadata.NamespaceProperty, pod.Metadata.Name));
        lock (entry)
        {
            if (!holds(entry))
                return;
            entry.Wanted = status;
            entry.Sets++;
            entry.Seen(pod);
            entry.Pending ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _queue.Add(pod.Metadata.Uid);
    }

    /// <summary>The newest status that is known to be at the API server: of the pod as it was watched, or as it was written since.</summary>
    public V1PodStatus? Known(V1Pod pod)
    {
        if (!_entries.TryGetValue(pod.Metadata.Uid, out Entry? entry))
            return pod.Status;
        lock (entry)
        {
            entry.Seen(pod);
            return entry.Status;
        }
    }

    /// <summary>Completes when what was set last has been written, or the pod is gone.</summary>
    public Task FlushAsync(string uid, CancellationToken cancel)
    {
        if (!_entries.TryGetValue(uid, out Entry? entry))
            return Task.CompletedTask;
        lock (entry)
            return entry.Pending?.Task.WaitAsync(cancel) ?? Task.CompletedTask;
    }

    public void Forget(string uid) => _entries.TryRemove(uid, out _);

    public void Dispose() => _queue.Dispose();

    private async Task WriteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            string uid = await _queue.TakeAsync(cancel);
            try
            {
                if (await WriteAsync(uid, cancel))
                    _queue.Forget(uid);
                else
                    _queue.AddRateLimited(uid);
            }
            catch (ClusterUnreachableException fault)
            {
                Log.CannotWrite(_log, uid, fault.Message);
                _queue.AddRateLimited(uid);
            }
            finally
            {
                _queue.Done(uid);
            }
        }
    }

    /// <summary>False when it must be tried again.</summary>
    private async Task<bool> WriteAsync(string uid, CancellationToken cancel)
    {
        if (!_entries.TryGetValue(uid, out Entry? entry))
            return true;
        V1PodStatus? wanted;
        JsonObject? patch;
        lock (entry)
        {
            if ((wanted = entry.Wanted) is null)
                return true;
            patch = StatusPatch.Between(entry.Status, wanted, uid);
            if (patch is not null)
                entry.BeginWrite();
        }
        if (patch is null)
        {
            entry.Written(wanted, null);
            return true;
        }
        var path = new ResourcePath(Pods, entry.Key.Namespace, entry.Key.Name, "status");
        PodAnswer? answer = null;
        try
        {
            ApiResult result = await _api.PatchAsync(path, PatchType.StrategicMerge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
            if (result.Error is { IsNotFound: false, IsConflict: false } error)
            {
                Log.CannotWrite(_log, entry.Key.ToString(), error.Message);
                return false;
            }
            // Not found, or a conflict of the uid: the pod is gone, and its worker will hear of it.
            answer = result.Error is null ? PodAnswer.Read(result.Body) : null;
            entry.Written(wanted, answer);
            return true;
        }
        finally
        {
            entry.EndWrite(answer?.Version);
        }
    }

    private sealed class Entry(ObjectKey key)
    {
        private long _version;
        private long? _written;
        private bool _isWriting;
        private (long Version, Action Otherwise)? _held;

        public ObjectKey Key { get; } = key;

        /// <summary>What is not written yet.</summary>
        public V1PodStatus? Wanted { get; set; }
        public int Sets { get; set; }
        public V1PodStatus? Status { get; private set; }
        public TaskCompletionSource? Pending { get; set; }

        /// <summary>Under the lock.</summary>
        public void Seen(V1Pod pod) => Seen(new PodAnswer(PodAnswer.VersionOf(pod.Metadata.ResourceVersion), pod.Status));

        /// <summary>Under the lock.</summary>
        public void BeginWrite() => _isWriting = true;

        public void EndWrite(long? version)
        {
            Action? otherwise;
            lock (this)
            {
                _isWriting = false;
                _written = version ?? _written;
                otherwise = _held is { } held && held.Version != version ? held.Otherwise : null;
                _held = null;
            }
            otherwise?.Invoke();
        }

        /// <summary>Under the lock.</summary>
        public bool IsOwnWrite(V1Pod pod, Action otherwise)
        {
            long version = PodAnswer.VersionOf(pod.Metadata.ResourceVersion);
            Seen(pod);
            if (version == PodAnswer.NoNumber)
                return false;
            if (version == _written)
                return true;
            // A write makes one version: of two that come meanwhile one is another's.
            if (!_isWriting || _held is not null)
                return false;
            _held = (version, otherwise);
            return true;
        }

        public void Written(V1PodStatus wanted, PodAnswer? answer)
        {
            lock (this)
            {
                if (answer is { } known)
                    Seen(known);
                if (!ReferenceEquals(wanted, Wanted))
                    return;
                // What was wanted is what is there: one copy of it is enough.
                Wanted = null;
                Pending?.TrySetResult();
                Pending = null;
            }
        }

        private void Seen(PodAnswer pod)
        {
            if (Status is not null && pod.Version < _version)
                return;
            _version = pod.Version;
            Status = pod.Status;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Warning, "The status of pod {Pod} cannot be written and is tried again: {Why}")]
        public static partial void CannotWrite(ILogger log, string pod, string why);
    }
}
