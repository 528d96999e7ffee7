// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Hub.Page.Streams;
using Pelago.Kube;

namespace Pelago.Hub.Fleet;

/// <summary>Writes how clusters are into the status of their objects, when it changes.</summary>
internal sealed class FleetStatus(FleetRegistry fleet, FleetMember hub, TimeProvider time)
{
    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (ApiHealth Api, WorkloadHealth Workloads)> _written = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancel)
    {
        var changed = new Signal();
        void Note(object? sender, EventArgs what) => changed.Raise();
        fleet.Changed += Note;
        try
        {
            while (true)
            {
                await changed.WaitAsync(BeforeNextTry, time, cancel);
                foreach (FleetMember member in fleet.Members.Where(member => member.Source == ClusterSource.Fleet))
                    await WriteAsync(member, cancel);
            }
        }
        finally
        {
            fleet.Changed -= Note;
        }
    }

    private async Task WriteAsync(FleetMember member, CancellationToken cancel)
    {
        (ApiHealth Api, WorkloadHealth Workloads) now = (member.Health.Api with { Millis = null }, member.Health.Workloads);
        if (now.Api.State == "unknown" || (_written.TryGetValue(member.Name, out (ApiHealth Api, WorkloadHealth Workloads) before) && before == now))
            return;
        var status = new JsonObject
        {
            ["version"] = now.Api.Version,
            ["conditions"] = new JsonArray(
                Condition("Reachable", now.Api.State == "reachable" ? "True" : "False", now.Api.State == "reachable" ? "Answers" : "NoAnswer", now.Api.Message, now.Api.Since),
                Condition("Serving", Word(now.Workloads.State), char.ToUpperInvariant(now.Workloads.State[0]) + now.Workloads.State[1..], now.Workloads.Message, now.Workloads.Since)),
        };
        if (fleet.Find(hub.Name)?.Api is not { } api)
            return;
        try
        {
            byte[] patch = KubeJson.ToUtf8(new JsonObject { ["status"] = status });
            ApiResult answer = await api.PatchAsync(new ResourcePath(FleetApi.Clusters, "", member.Name, "status"), PatchType.Merge, patch, WriteQuery.None, cancel);
            if (answer.IsSuccess)
                _written[member.Name] = now;
        }
        catch (ClusterUnreachableException)
        {
            // Tried again with the next change, or in a minute.
        }
    }

    private static string Word(string state) => state switch { "serving" => "True", "unknown" => "Unknown", _ => "False" };

    private JsonObject Condition(string type, string status, string reason, string message, DateTimeOffset? since) => new()
    {
        ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message,
        ["lastTransitionTime"] = (since ?? time.GetUtcNow()).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
    };
}
