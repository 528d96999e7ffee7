// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Images;
using Pelago.Node.Pods;

namespace Pelago.Node.Registration;

/// <summary>
/// Makes one Node object say what the node is, and keeps saying that it lives: the lease every ten seconds, the status when a condition or an image
/// changes and every five minutes.
/// </summary>
internal sealed partial class NodeRegistration(IKubeApi api, TimeProvider time, ILogger log)
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private const int LeaseSeconds = 40;
    private static readonly TimeSpan StatusAnyway = TimeSpan.FromMinutes(5);

    /// <summary>A runtime that does not answer keeps nobody from saying that the node lives, and how it is.</summary>
    private static readonly TimeSpan ImagePatience = TimeSpan.FromSeconds(5);
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");
    private const string LeaseNamespace = "kube-node-lease";

    private IList<V1NodeCondition>? _reported;
    private IList<V1ContainerImage>? _reportedImages;
    private Dictionary<string, string>? _reportedPorts;
    private DateTimeOffset _reportedAt;

    /// <summary>Told of the Node whenever the API server answers with it.</summary>
    public Action<V1Node>? Seen { get; init; }

    private DateTime Now => ContainerStatuses.Seconds(time.GetUtcNow())!.Value;

    /// <summary>Creates the Node, or brings the one there is up to date; tries until it works.</summary>
    public async Task<V1Node> RegisterAsync(NodeDescription node, Func<DateTime, List<V1NodeCondition>> health, CancellationToken cancel)
    {
        Backoff pause = Backoff.ForWatches(time);
        while (true)
        {
            try
            {
                if (await TryRegisterAsync(node, health, cancel) is { } registered)
                    return registered;
            }
            catch (ClusterUnreachableException fault)
            {
                Log.CannotRegister(log, node.Name, fault.Message);
            }
            await pause.DelayAsync(cancel);
        }
    }

    /// <summary>Renews the lease and the status until cancelled.</summary>
    public async Task RunAsync(NodeDescription node, Func<DateTime, List<V1NodeCondition>> health, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat, time);
        do
            await BeatAsync(node, health, cancel);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Says once that the node lives. What cannot be said now is said the next time.</summary>
    public async Task BeatAsync(NodeDescription node, Func<DateTime, List<V1NodeCondition>> health, CancellationToken cancel)
    {
        try
        {
            await RenewLeaseAsync(node.Name, cancel);
            await ReportAsync(node, health, cancel);
            await ReportPortsAsync(node, cancel);
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or IOException)
        {
            Log.CannotReport(log, node.Name, fault.Message);
        }
    }

    public async Task RenewLeaseAsync(string node, CancellationToken cancel)
    {
        var path = new ResourcePath(Leases, LeaseNamespace, node);
        var patch = new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = MicroTime(time.GetUtcNow()), ["holderIdentity"] = node } };
        ApiResult result = await api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        if (result.Error is { IsNotFound: true })
        {
            var lease = new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1", ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = node, ["namespace"] = LeaseNamespace },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = node, ["leaseDurationSeconds"] = LeaseSeconds, ["renewTime"] = MicroTime(time.GetUtcNow()),
                },
            };
            result = await api.CreateAsync(path with { Name = "" }, KubeJson.ToUtf8(lease), WriteQuery.None, cancel);
        }
        if (result.Error is { IsAlreadyExists: false } error)
            Log.CannotReport(log, node, error.Message);
    }

    private async Task ReportAsync(NodeDescription node, Func<DateTime, List<V1NodeCondition>> health, CancellationToken cancel)
    {
        List<V1NodeCondition> conditions = health(Now);
        IList<V1ContainerImage>? images = await ImagesOf(node, cancel);
        bool changed = NodeHealth.Carry(conditions, _reported) || !ImageReport.AreSame(images, _reportedImages);
        if (!changed && time.GetUtcNow() - _reportedAt < StatusAnyway)
            return;
        ApiResult result = await PatchStatusAsync(node, conditions, images, cancel);
        if (result.Error is { IsNotFound: true })
            await RegisterAsync(node, health, cancel);
        else if (result.Error is { } error)
            Log.CannotReport(log, node.Name, error.Message);
        else
            Reported(ModelJson.Decode<V1Node>(result.Body));
    }

    /// <summary>What changes here is where somebody listens who was not given the port.</summary>
    private async Task ReportPortsAsync(NodeDescription node, CancellationToken cancel)
    {
        if (node.Ports?.Now() is not { } ports || _reportedPorts is not null && ports.All(pair => _reportedPorts.GetValueOrDefault(pair.Key) == pair.Value))
            return;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = ToJson(ports) } };
        ApiResult result = await api.PatchAsync(new ResourcePath(Nodes, "", node.Name), PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        if (result.Error is { } error)
            Log.CannotReport(log, node.Name, error.Message);
        else
            _reportedPorts = ports;
    }

    private static JsonObject ToJson(Dictionary<string, string> texts) => new(texts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    /// <summary>Null when it must be tried again.</summary>
    private async Task<V1Node?> TryRegisterAsync(NodeDescription node, Func<DateTime, List<V1NodeCondition>> health, CancellationToken cancel)
    {
        List<V1NodeCondition> conditions = health(Now);
        byte[] body = ModelJson.Encode(NodeDocument.Of(node, conditions));
        ApiResult result = await api.CreateAsync(new ResourcePath(Nodes), body, WriteQuery.None, cancel);
        if (result.Error is { IsAlreadyExists: true })
            result = await TakeOverAsync(node, conditions, cancel);
        else if (result.Error is null && ModelJson.Decode<V1Node>(result.Body).Status?.Conditions is not { Count: > 0 })
            result = await PatchStatusAsync(node, conditions, await ImagesOf(node, cancel), cancel);
        if (result.Error is { } error)
        {
            Log.CannotRegister(log, node.Name, error.Message);
            return null;
        }
        V1Node registered = ModelJson.Decode<V1Node>(result.Body);
        Reported(registered);
        return registered;
    }

    /// <summary>The Node is there from before: its labels and status become this node's; taints and what others added stay.</summary>
    private async Task<ApiResult> TakeOverAsync(NodeDescription node, List<V1NodeCondition> conditions, CancellationToken cancel)
    {
        var metadata = new JsonObject { ["labels"] = ToJson(NodeDocument.LabelsOf(node)) };
        if (node.Ports is { } ports)
            metadata["annotations"] = ToJson(ports.Now());
        var patch = new JsonObject { ["metadata"] = metadata };
        ApiResult result = await api.PatchAsync(new ResourcePath(Nodes, "", node.Name), PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        if (result.Error is not null)
            return result;
        NodeHealth.Carry(conditions, ModelJson.Decode<V1Node>(result.Body).Status?.Conditions);
        return await PatchStatusAsync(node, conditions, await ImagesOf(node, cancel), cancel);
    }

    private Task<ApiResult> PatchStatusAsync(NodeDescription node, List<V1NodeCondition> conditions, IList<V1ContainerImage>? images, CancellationToken cancel)
    {
        JsonObject status = KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(KubernetesJson.Serialize(NodeDocument.StatusOf(node, conditions, images))));
        // Addresses merge by their type: two of one type would be one, so the list is said to be whole.
        if (status["addresses"] is JsonArray addresses)
            addresses.Insert(0, new JsonObject { ["$patch"] = "replace" });
        var patch = new JsonObject { ["status"] = status };
        return api.PatchAsync(
            new ResourcePath(Nodes, "", node.Name, "status"), PatchType.StrategicMerge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
    }

    /// <summary>Those of before, where they are not told in time.</summary>
    private async Task<IList<V1ContainerImage>?> ImagesOf(NodeDescription node, CancellationToken cancel)
    {
        if (node.Images is null)
            return null;
        try
        {
            return await node.Images.NowAsync(cancel).WaitAsync(ImagePatience, time, cancel);
        }
        catch (TimeoutException)
        {
            return _reportedImages;
        }
    }

    private void Reported(V1Node node)
    {
        _reported = node.Status?.Conditions;
        _reportedImages = node.Status?.Images;
        _reportedAt = time.GetUtcNow();
        Seen?.Invoke(node);
    }

    private static string MicroTime(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(4200, LogLevel.Warning, "Node {Node} cannot be registered and tries again: {Why}")]
        public static partial void CannotRegister(ILogger log, string node, string why);

        [LoggerMessage(4201, LogLevel.Warning, "Node {Node} cannot report that it lives and tries again: {Why}")]
        public static partial void CannotReport(ILogger log, string node, string why);
    }
}
