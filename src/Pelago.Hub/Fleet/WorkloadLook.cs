// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Fleet;

/// <summary>Whether the Deployments, StatefulSets and DaemonSets of a cluster have the pods that they ask for.</summary>
internal static class WorkloadLook
{
    private const int PageSize = 500;
    private const int MostPages = 20;
    private static readonly (string Resource, string[] Wanted, string[] Ready)[] Kinds =
    [
        ("deployments", ["spec", "replicas"], ["status", "availableReplicas"]),
        ("statefulsets", ["spec", "replicas"], ["status", "readyReplicas"]),
        ("daemonsets", ["status", "desiredNumberScheduled"], ["status", "numberAvailable"]),
    ];

    /// <summary>Null: the cluster gave no answer to count by.</summary>
    public static async Task<WorkloadHealth?> AtAsync(FleetMember member, TimeProvider time, CancellationToken cancel)
    {
        var count = new Count();
        try
        {
            foreach ((string resource, string[] wanted, string[] ready) in Kinds)
            {
                if (!await AddAsync(member.Api, resource, wanted, ready, count, cancel))
                    return null;
            }
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or JsonException or InvalidOperationException)
        {
            return null;
        }
        WorkloadHealth before = member.Health.Workloads;
        string state = count.Empty > 0 ? "failing" : count.Whole < count.All ? "degraded" : "serving";
        string message = $"{count.Whole} of {count.All} workloads have what they ask for{(count.First is { } first ? $"; not {first}" : "")}";
        return new WorkloadHealth(state, message, state == before.State ? before.Since : time.GetUtcNow());
    }

    private static async Task<bool> AddAsync(IKubeApi api, string resource, string[] wanted, string[] ready, Count count, CancellationToken cancel)
    {
        var path = new ResourcePath(new GroupVersionResource("apps", "v1", resource));
        var query = new ListQuery { Limit = PageSize };
        for (int page = 0; page < MostPages; page++)
        {
            ApiResult answer = await api.ListAsync(path, query, cancel);
            if (!answer.IsSuccess)
                return false;
            var list = ListDocument.Parse(answer.Body);
            foreach (ReadOnlyMemory<byte> item in list.Items)
                count.Add(resource, item, wanted, ready);
            if (list.Continue is null)
                break;
            query = query with { Continue = list.Continue };
        }
        return true;
    }

    private sealed class Count
    {
        public int All { get; private set; }
        public int Whole { get; private set; }
        public int Empty { get; private set; }
        public string? First { get; private set; }

        public void Add(string resource, ReadOnlyMemory<byte> item, string[] wantedAt, string[] readyAt)
        {
            using JsonDocument document = JsonDocument.Parse(item, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
            int wanted = Number(document.RootElement, wantedAt), ready = Number(document.RootElement, readyAt);
            All++;
            if (ready >= wanted)
            {
                Whole++;
                return;
            }
            if (ready == 0)
                Empty++;
            JsonElement metadata = document.RootElement.GetProperty("metadata");
            First ??= $"{resource}/{metadata.GetProperty("name").GetString()} in {(metadata.TryGetProperty("namespace", out JsonElement ns) ? ns.GetString() : "")}";
        }

        private static int Number(JsonElement json, string[] path)
        {
            foreach (string name in path)
            {
                if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                    return 0;
            }
            return json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int number) ? number : 0;
        }
    }
}
