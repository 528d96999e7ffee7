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
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<string>> _running = [];
    private readonly Dictionary<int, TaskCompletionSource> _gone = [];

    /// <summary>The name of the pod once its container runs; a <see cref="RunFailure"/> when it cannot.</summary>
    public Task<string> Running(int index) => Source(_running, index).Task;

    /// <summary>Done when the pod has ended or is gone, whoever did it.</summary>
    public Task Gone(int index) => Source(_gone, index).Task;

    public async Task WatchAsync(CancellationToken cancel)
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

    private void Take(string type, JsonObject pod)
    {
        JsonObject? metadata = pod.Object("metadata"), status = pod.Object("status");
        if (!int.TryParse(metadata?.Object("labels")?.String(RunJob.IndexLabel), CultureInfo.InvariantCulture, out int index))
            return;
        string name = metadata!.String("name") ?? "";
        JsonObject? container = status?.Array("containerStatuses")?.OfType<JsonObject>().FirstOrDefault();
        JsonObject? state = container?.Object("state");
        string? waits = state?.Object("waiting")?.String("reason"), ended = state?.Object("terminated")?.String("reason");
        if (state?.Object("running") is not null)
            Source(_running, index).TrySetResult(name);
        if (waits is not null && ImageFaults.Contains(waits))
            Fail(index, RunFailure.NotExecutable, $"pod {name}: {waits}: {state!.Object("waiting")!.String("message")}; an image with a shell is named by --image");
        if (ended is not null && ImageFaults.Contains(ended))
            Fail(index, RunFailure.NotExecutable, $"pod {name}: {ended}: {state!.Object("terminated")!.String("message")}");
        if (type == "DELETED" || status?.String("phase") is "Failed" or "Succeeded")
        {
            Fail(index, RunFailure.Engine, $"pod {name} ended before it began: {status?.String("reason") ?? status?.String("phase")} {status?.String("message")}".TrimEnd());
            Source(_gone, index).TrySetResult();
        }

        JsonObject? scheduled = status?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "PodScheduled");
        if (scheduled?.String("status") == "False")
            notice($"pod {name} waits: {scheduled.String("message")}");
    }

    private void Fail(int index, int code, string message)
    {
        TaskCompletionSource<string> source = Source(_running, index);
        if (source.TrySetException(new RunFailure(code, message)))
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
