// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Nodes;

/// <summary>
/// metrics.k8s.io/v1beta1: what nodes and pods use now, asked of the nodes. A node that does not answer in time is missing in the answer, as with
/// metrics-server.
/// </summary>
internal sealed class UsageSource(NodeLocator locator, NodeConnections connections, bool ofPods, TimeProvider time) : IObjectSource
{
    private const int MaxAnswerBytes = 32 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<IReadOnlyList<StoredObject>> ReadAsync(string ns, string name, CancellationToken cancel)
    {
        KubeObject[] nodes = [.. locator.Nodes.Where(node => ofPods || name.Length == 0 || node.Name == name)];
        IReadOnlyList<StoredObject>[] parts = await Task.WhenAll(nodes.Select(node => OfNodeAsync(node, ns, name, cancel)));
        return [.. parts.SelectMany(part => part).OrderBy(item => item.Key.Namespace, StringComparer.Ordinal).ThenBy(item => item.Key.Name, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<StoredObject>> OfNodeAsync(KubeObject node, string ns, string name, CancellationToken cancel)
    {
        if (NodeLocator.Of(node) is not { } endpoint || await AskAsync(endpoint, cancel) is not { } summary)
            return [];
        if (!ofPods)
            return summary.Object("node") is { } machine && Rates(machine) is { } usage ? [Document("NodeMetrics", new ObjectKey("", node.Name), node.Labels, machine, usage)] : [];
        var found = new List<StoredObject>();
        foreach (JsonObject pod in (summary.Array("pods") ?? []).OfType<JsonObject>())
        {
            var key = new ObjectKey(pod.Object("podRef")?.String("namespace") ?? "", pod.Object("podRef")?.String("name") ?? "");
            if ((ns.Length == 0 || ns == key.Namespace) && (name.Length == 0 || name == key.Name) && OfPod(pod, key) is { } metrics)
                found.Add(metrics);
        }

        return found;
    }

    private StoredObject? OfPod(JsonObject pod, ObjectKey key)
    {
        var containers = new JsonArray();
        JsonObject? any = null;
        foreach (JsonObject container in (pod.Array("containers") ?? []).OfType<JsonObject>())
        {
            if (Rates(container) is not { } usage)
                continue;
            any = container;
            containers.Add(new JsonObject { ["name"] = container.String("name"), ["usage"] = usage });
        }

        return any is null ? null : Document("PodMetrics", key, LabelsOf(key), any, containers);
    }

    private JsonObject? LabelsOf(ObjectKey pod)
    {
        try
        {
            return locator.Pod(pod.Namespace, pod.Name).Labels;
        }
        catch (ApiStatusException)
        {
            // It was deleted a moment ago.
            return null;
        }
    }

    /// <summary>Null until the node has seen the subject twice.</summary>
    private static JsonObject? Rates(JsonObject subject) =>
        subject.Object("cpu")?.Integer("usageNanoCores") is { } cores && subject.Object("memory")?.Integer("workingSetBytes") is { } memory
            ? new JsonObject
            {
                ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{cores}n"),
                ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{memory / 1024}Ki"),
            }
            : null;

    private StoredObject Document(string kind, ObjectKey key, JsonObject? labels, JsonObject measured, JsonNode usage)
    {
        string now = Seconds(time.GetUtcNow());
        var metadata = new JsonObject { ["name"] = key.Name };
        if (key.Namespace.Length > 0)
            metadata["namespace"] = key.Namespace;
        metadata["creationTimestamp"] = now;
        if (labels is not null)
            metadata["labels"] = labels.DeepClone();
        var json = new JsonObject
        {
            ["kind"] = kind, ["apiVersion"] = "metrics.k8s.io/v1beta1", ["metadata"] = metadata,
            ["timestamp"] = measured.Object("cpu")?.String("time") is { } at ? Seconds(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture)) : now,
            ["window"] = "10s", [usage is JsonArray ? "containers" : "usage"] = usage,
        };
        return new StoredObject(key, 0, KubeJson.ToUtf8(json));
    }

    private async Task<JsonObject?> AskAsync(NodeEndpoint node, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, node.Url("/stats/summary"));
            using HttpResponseMessage response = await connections.Invoker.SendAsync(request, either.Token);
            if (!response.IsSuccessStatusCode)
                return null;
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, either.Token);
            return KubeJson.ParseObject(await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or JsonException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Seconds(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
