// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Node.Objects;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>The workers of all pods of this node, one for each uid. Handlers of informers and runtimes call in from any thread.</summary>
internal sealed partial class PodWorkers(PodServices services, ILogger log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The pods that this node works on, the ending ones too.</summary>
    public IReadOnlyCollection<V1Pod> Pods => [.. _workers.Values.Select(worker => worker.Pod)];

    public V1Pod? Find(string ns, string name) =>
        // One that was deleted by force may still end here beside the one that took its name.
        _workers.Values.Select(worker => worker.Pod).Where(pod => pod.Metadata.Name == name && pod.Metadata.NamespaceProperty == ns).MaxBy(pod => pod.Metadata.CreationTimestamp);

    public void OnPod(InformerEvent<V1Pod> change)
    {
        V1Pod pod = change.Latest;
        string uid = pod.Metadata.Uid;
        if (change.Type == InformerEventType.Deleted)
        {
            if (_workers.TryGetValue(uid, out PodWorker? gone))
                gone.Remove(pod);
            return;
        }
        if (_workers.TryGetValue(uid, out PodWorker? known))
            known.Update(pod);
        else
            Start(new PodWorker(pod, services));
    }

    public void OnContainer(ContainerEvent change)
    {
        if (_workers.TryGetValue(change.PodUid, out PodWorker? worker))
            worker.Wake();
    }

    public void OnObject(ObjectName name)
    {
        foreach (PodWorker worker in _workers.Values.Where(worker => worker.Pod.Metadata.NamespaceProperty == name.Namespace))
        {
            if (PodReferences.Of(worker.Pod).Contains(name))
                worker.Wake();
        }
    }

    /// <summary>Ends what runs here of pods that the API server no longer has: they were deleted while no daemon ran.</summary>
    public async Task RemoveOrphansAsync(IReadOnlySet<string> knownUids, CancellationToken cancel)
    {
        foreach (IGrouping<string, PodSandboxStatus> pod in (await services.Runtime.ListPodSandboxesAsync(podUid: null, cancel)).GroupBy(sandbox => sandbox.Spec.Uid))
        {
            if (knownUids.Contains(pod.Key) || _workers.ContainsKey(pod.Key))
                continue;
            PodSandboxSpec spec = pod.First().Spec;
            Log.Orphan(log, spec.Namespace, spec.Name, pod.Key);
            var last = new V1Pod
            {
                Metadata = new V1ObjectMeta { NamespaceProperty = spec.Namespace, Name = spec.Name, Uid = pod.Key },
                Spec = new V1PodSpec { Containers = [], Volumes = [] },
            };
            var worker = new PodWorker(last, services);
            worker.Remove(last);
            Start(worker);
        }
        // What runs though its sandbox cannot be read is found by its files alone.
        HashSet<string> running = [.. (await services.Runtime.ListContainersAsync(podUid: null, cancel)).Select(container => container.PodUid)];
        foreach (string directory in Directory.Exists(services.Paths.PodsDirectory) ? Directory.GetDirectories(services.Paths.PodsDirectory) : [])
        {
            string uid = Path.GetFileName(directory);
            if (!knownUids.Contains(uid) && !_workers.ContainsKey(uid) && !running.Contains(uid))
                RemoveFiles(uid, directory);
        }
    }

    /// <summary>Of a pod that had no sandbox yet, or none any more, when an earlier daemon was killed.</summary>
    private void RemoveFiles(string uid, string directory)
    {
        try
        {
            services.Volumes.Remove(uid);
            services.Paths.RemovePod(uid);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(log, directory, fault.Message);
        }
    }

    /// <summary>Ends the containers of a pod that nobody works on any more, as when it is deleted, but in at most so much time.</summary>
    public async Task KillAsync(V1Pod pod, TimeSpan most, CancellationToken cancel)
    {
        TimeSpan grace = PodGrace.Of(pod, isRemoved: false);
        var killer = new PodKiller(services, new PodEvents(services.Events, pod, services.TellsNormalEvents));
        await killer.KillAllAsync(await PodView.ReadAsync(pod, services, cancel), grace < most ? grace : most, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers.Values.Select(worker => worker.Completion));
        _stop.Dispose();
    }

    private void Start(PodWorker worker)
    {
        if (!_workers.TryAdd(worker.Uid, worker))
            return;
        worker.Start(_stop.Token);
        _ = ForgetAsync(worker);
    }

    private async Task ForgetAsync(PodWorker worker)
    {
        await worker.Completion;
        _workers.TryRemove(worker.Uid, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(4120, LogLevel.Information, "Pod {Namespace}/{Name} ({Uid}) was deleted while this node was away: what is left of it is removed")]
        public static partial void Orphan(ILogger log, string @namespace, string name, string uid);

        [LoggerMessage(4121, LogLevel.Warning, "{Directory} of a pod that is gone could not be removed, which is tried again at the next start: {Why}")]
        public static partial void NotRemoved(ILogger log, string directory, string why);
    }
}
