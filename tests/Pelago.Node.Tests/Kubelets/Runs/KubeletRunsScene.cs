// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pelago.Node.Kubelets.Runs;
using Pelago.TestKit;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;
using MemoryCluster = Pelago.TestKit.Node.MemoryCluster;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>A runtime that ends and removes containers between any two looks at it, as a kubelet does, and the pods that a cluster knows.</summary>
public abstract class KubeletRunsScene : IAsyncLifetime
{
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly RecordedLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private NodePods _pods = null!;
    private Task _watching = Task.CompletedTask;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected TemporaryDirectory Folder { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected ReadingRecorder Recorder { get; } = new();

    private protected FakeContainers Containers { get; private set; } = null!;

    private protected KubeletRuns Runs { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder["logs"]);
        Containers = new FakeContainers(Folder["logs"]);
        _pods = new NodePods(_cluster, "n1", TimeProvider.System, _log);
        Runs = NewRuns();
        _watching = _pods.WatchAsync(_stop.Token);
        await _pods.KnownAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await Runs.DisposeAsync();
        _stop.Dispose();
        Folder.Dispose();
    }

    private protected KubeletRuns NewRuns()
    {
        Directory.CreateDirectory(Folder["scratch"]);
        return new KubeletRuns(Containers, _pods, Recorder, new WatchedList(Folder["state"]), new RunPlaces("n1", Folder["logs"], Folder["scratch"]), Time, _log);
    }

    private protected async Task LookAsync()
    {
        await Runs.LookAsync(Cancel);
        await Runs.ToldAsync();
    }

    private protected void Write(string pod, string text, int attempt = 0)
    {
        string path = Folder[$"logs/{FakeContainers.LogOf(pod, attempt)}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text);
    }

    private protected async Task<JsonObject> PodAsync(string name, string owner = "ReplicaSet/web-1")
    {
        string[] parts = owner.Split('/');
        return await ApplyAsync(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = "shop", ["name"] = name, ["uid"] = $"uid-{name}",
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = parts[0], ["name"] = parts[1], ["uid"] = "o", ["controller"] = true }),
            },
            ["spec"] = new JsonObject { ["nodeName"] = "n1", ["containers"] = new JsonArray(new JsonObject { ["name"] = "main" }) },
        });
    }

    /// <summary>The cluster's copy of a pod that the kubelet runs by another uid.</summary>
    private protected async Task<JsonObject> MirrorAsync(string name, string of)
    {
        var pod = (JsonObject)(await PodAsync(name)).DeepClone();
        pod["metadata"]!["uid"] = $"copy-{name}";
        pod["metadata"]!["name"] = $"{name}-n1";
        pod["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = of };
        return await ApplyAsync(pod);
    }

    private protected async Task StatusAsync(JsonObject pod, JsonObject terminated, int restarts, string note = "")
    {
        var changed = (JsonObject)pod.DeepClone();
        changed["status"] = new JsonObject
        {
            ["message"] = note,
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "main", ["image"] = "i", ["imageID"] = "", ["ready"] = false, ["restartCount"] = restarts, ["state"] = new JsonObject { ["terminated"] = terminated },
            }),
        };
        await ApplyAsync(changed);
    }

    private protected static JsonObject Terminated(string id, int code, string reason) => new()
    {
        ["containerID"] = $"containerd://{id}", ["exitCode"] = code, ["reason"] = reason, ["startedAt"] = "2026-01-01T00:00:00Z", ["finishedAt"] = "2026-01-01T00:00:01Z",
    };

    /// <summary>Waits until the watch has brought it.</summary>
    private async Task<JsonObject> ApplyAsync(JsonObject pod)
    {
        JsonObject applied = _cluster.Apply("pods", pod);
        string version = (string)applied["metadata"]!["resourceVersion"]!, uid = (string?)applied["metadata"]!["annotations"]?["kubernetes.io/config.mirror"] ?? (string)applied["metadata"]!["uid"]!;
        await Eventually.TrueAsync(() => _pods.Find(uid)?.Metadata.ResourceVersion == version, Cancel);
        return applied;
    }
}
