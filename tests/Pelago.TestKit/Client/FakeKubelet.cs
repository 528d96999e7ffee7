// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.TestKit.Client;

/// <summary>
/// Scheduler and kubelet of every node in one, with no process behind: pods are bound, become what <see cref="Fate"/> says, and are gone
/// when deleted. Minds one namespace, so that tests can share any cluster whose pods nobody else runs.
/// </summary>
public sealed class FakeKubelet
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly IKubeApi _api;
    private readonly string _node;
    private readonly Informer<FakePod> _informer;
    private readonly WorkQueue<ObjectKey> _queue = new(TimeProvider.System);
    private int _addresses;

    public FakeKubelet(IKubeApi api, string ns, string node)
    {
        (_api, _node) = (api, node);
        _informer = new Informer<FakePod>(
            api, Pods, ns, ListQuery.Everything, bytes => new FakePod(KubeObject.Parse(bytes)), InformerOptions.Default, TimeProvider.System, NullLogger.Instance);
        _informer.AddHandler(change => _queue.Add(change.Key));
    }

    /// <summary>What becomes of a pod once it is on its node.</summary>
    public Func<KubeObject, PodFate> Fate { get; set; } = static _ => PodFate.Ready;

    /// <summary>False leaves deleted pods where they are, as a kubelet that hangs does.</summary>
    public bool Finishes { get; set; } = true;

    /// <summary>Looks at every pod again: <see cref="Fate"/> changed.</summary>
    public void Reconsider()
    {
        foreach (FakePod pod in _informer.Cache.List())
            _queue.Add(pod.Object.Key);
    }

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_informer.RunAsync(cancel), WorkAsync(cancel));

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                ObjectKey key = await _queue.TakeAsync(cancel);
                if (_informer.Cache.Get(key) is { } pod)
                    await HandleAsync(pod.Object, cancel);
                _queue.Done(key);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task HandleAsync(KubeObject pod, CancellationToken cancel)
    {
        var path = new ResourcePath(Pods, pod.Namespace, pod.Name);
        if (pod.IsDeleting)
        {
            if (Finishes)
                await _api.DeleteAsync(path, new DeleteQuery { GracePeriodSeconds = 0, Uid = pod.Uid }, cancel);
            return;
        }
        if (pod.Spec?.String("nodeName") is not { Length: > 0 })
        {
            var binding = new JsonObject
            {
                ["apiVersion"] = "v1", ["kind"] = "Binding", ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
                ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = TargetOf(pod) ?? _node },
            };
            await _api.CreateAsync(path with { Subresource = "binding" }, KubeJson.ToUtf8(binding), WriteQuery.None, cancel);
            return;
        }
        PodFate fate = Fate(pod);
        if (fate == PodFate.Pending || pod.Status?.String("phase") is "Succeeded" or "Failed")
            return;
        JsonObject status = StatusOf(pod, fate);
        if (pod.Status?.String("phase") == status.String("phase") && IsReady(pod) == (fate == PodFate.Ready))
            return;
        await _api.PatchAsync(
            path with { Subresource = "status" }, PatchType.StrategicMerge, KubeJson.ToUtf8(new JsonObject { ["status"] = status }), WriteQuery.None, cancel);
    }

    private static string? TargetOf(KubeObject pod)
    {
        JsonNode? terms = pod.Json.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
        return (terms as JsonArray)?[0]?["matchFields"]?[0]?["values"]?[0]?.ToString();
    }

    private static bool IsReady(KubeObject pod) =>
        (pod.Status?.Array("conditions") ?? []).OfType<JsonObject>().Any(condition => condition.String("type") == "Ready" && condition.String("status") == "True");

    private JsonObject StatusOf(KubeObject pod, PodFate fate)
    {
        string now = MetaTime.Now(TimeProvider.System);
        string phase = fate switch { PodFate.Succeeded => "Succeeded", PodFate.Failed => "Failed", _ => "Running" };
        JsonObject state = fate is PodFate.Succeeded or PodFate.Failed
            ? new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = fate == PodFate.Failed ? 42 : 0, ["finishedAt"] = now, ["startedAt"] = now } }
            : new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } };
        string ip = pod.Status?.String("podIP") ?? $"10.1.{Interlocked.Increment(ref _addresses) / 250}.{(_addresses % 250) + 1}";
        return new JsonObject
        {
            ["phase"] = phase,
            ["podIP"] = ip,
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip }),
            ["startTime"] = now,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready", ["status"] = fate == PodFate.Ready ? "True" : "False", ["lastTransitionTime"] = now,
            }),
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = pod.Json.At("spec", "containers") is JsonArray containers ? containers[0]!["name"]!.ToString() : "main",
                ["image"] = "", ["imageID"] = "", ["ready"] = fate == PodFate.Ready, ["restartCount"] = 0, ["state"] = state,
            }),
        };
    }

    private sealed record FakePod(KubeObject Object);
}
