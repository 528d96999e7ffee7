// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>The pods of one call on one cluster, by one watch: who waits for his hears when it runs, or why it will not.</summary>
internal sealed class RunPods(HttpKubeApi api, string ns, string id, Action<string> notice)
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly string[] ImageFaults = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerError", "RunContainerError", "StartError"];
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A pod that has not run for so long may never be made.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<string>> _running = [];
    private readonly Dictionary<int, TaskCompletionSource> _gone = [];
    private readonly HashSet<int> _outOfMemory = [];
    private RunFailure? _refusal;

    /// <summary>The name of the pod once its container runs; a <see cref="RunFailure"/> when it cannot.</summary>
    public Task<string> Running(int index)
    {
        TaskCompletionSource<string> source = Source(_running, index);
        if (_refusal is { } refusal)
            Fail(source, refusal);
        return source.Task;
    }

    /// <summary>Done when the pod has ended or is gone, whoever did it.</summary>
    public Task Gone(int index) => Source(_gone, index).Task;

    /// <summary>Whether its container was ended, or ended badly, for the memory that it took. Known when it is <see cref="Gone"/>.</summary>
    public bool IsOutOfMemory(int index)
    {
        lock (_gate)
            return _outOfMemory.Contains(index);
    }

    public Task WatchAsync(CancellationToken cancel) => Task.WhenAll(WatchPodsAsync(cancel), WatchRefusalsAsync(cancel));

    /// <summary>Pods that are never made, for a quota or by a policy: only events of their Jobs say so, to whom is allowed to read them.</summary>
    private async Task WatchRefusalsAsync(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(Patience, cancel);
            var query = new ListQuery { FieldSelector = "involvedObject.kind=Job,reason=FailedCreate" };
            await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(Events, ns), query, cancel))
            {
                JsonObject refused = KubeJson.ParseObject(change.Object);
                if (change.Type == "ADDED" && refused.Object("involvedObject")?.String("name") is { } job && job.StartsWith($"dcsh-{id}-", StringComparison.Ordinal))
                    notice($"Job {job} waits: {refused.String("message")}");
            }
        }
        catch (Exception e) when (e is ClusterUnreachableException or OperationCanceledException)
        {
            // The watch of the pods says it, where it goes on.
        }
    }

    private async Task WatchPodsAsync(CancellationToken cancel)
    {
        var query = new ListQuery { LabelSelector = $"{RunJob.IdLabel}={id}" };
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(Pods, ns), query, cancel))
                {
                    if (change.Type is "ADDED" or "MODIFIED" or "DELETED")
                        Take(change.Type, KubeJson.ParseObject(change.Object));
                    else if (change.Type == "ERROR")
                        Refuse(KubeJson.ParseObject(change.Object));
                }
            }
            catch (ClusterUnreachableException e)
            {
                notice(e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // A server that ends watches at once is not asked again at once.
            await Task.Delay(Pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Refuse(JsonObject status)
    {
        string message = $"watching pods of {ns} on {api.Cluster}: {status.String("message")}";
        if (status.Integer("code") is not (401 or 403))
        {
            // Also of a revision that is too old: the next watch begins with what there is.
            if (status.Integer("code") != 410)
                notice(message);
            return;
        }
        _refusal = new RunFailure(RunFailure.Engine, message);
        TaskCompletionSource<string>[] waiting;
        lock (_gate)
            waiting = [.. _running.Values];
        foreach (TaskCompletionSource<string> source in waiting)
            Fail(source, _refusal);
    }

    /// <summary>What a change of the watch says of a pod.</summary>
    public void Take(string type, JsonObject pod)
    {
        JsonObject? metadata = pod.Object("metadata"), status = pod.Object("status");
        if (!int.TryParse(metadata?.Object("labels")?.String(RunJob.IndexLabel), CultureInfo.InvariantCulture, out int index))
            return;
        string name = metadata!.String("name") ?? "";
        // What clusters put into pods beside it may come first, and says nothing of the run.
        JsonObject? container = status?.Array("containerStatuses")?.OfType<JsonObject>().FirstOrDefault(one => one.String("name") == RunJob.Container);
        JsonObject? state = container?.Object("state");
        string? waits = state?.Object("waiting")?.String("reason"), ended = state?.Object("terminated")?.String("reason");
        if (state?.Object("running") is not null)
            Source(_running, index).TrySetResult(name);
        if (waits is not null && ImageFaults.Contains(waits))
            Fail(index, RunFailure.NotExecutable, $"pod {name}: {waits}: {state!.Object("waiting")!.String("message")}; an image with a shell is named by --image");
        if (ended is not null && ImageFaults.Contains(ended))
            Fail(index, RunFailure.NotExecutable, $"pod {name}: {ended}: {state!.Object("terminated")!.String("message")}");
        if (ended == "OOMKilled")
        {
            lock (_gate)
                _outOfMemory.Add(index);
        }
        if (type == "DELETED" || status?.String("phase") is "Failed" or "Succeeded")
        {
            Fail(index, RunFailure.Engine, $"pod {name} ended before it began: {status?.String("reason") ?? status?.String("phase")} {status?.String("message")}".TrimEnd());
            Source(_gone, index).TrySetResult();
        }

        JsonObject? scheduled = status?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "PodScheduled");
        if (scheduled?.String("status") == "False")
            notice($"pod {name} waits: {scheduled.String("message")}");
    }

    private void Fail(int index, int code, string message) => Fail(Source(_running, index), new RunFailure(code, message));

    private static void Fail(TaskCompletionSource<string> source, RunFailure failure)
    {
        if (source.TrySetException(failure))
            _ = source.Task.Exception;
    }

    private T Source<T>(Dictionary<int, T> sources, int index)
        where T : class, new()
    {
        lock (_gate)
        {
            if (!sources.TryGetValue(index, out T? source))
                sources[index] = source = new T();
            return source;
        }
    }
}
