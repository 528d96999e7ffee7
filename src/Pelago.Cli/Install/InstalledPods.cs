// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>The pods of an installation: where they are listed, and what they are called.</summary>
internal static class InstalledPods
{
    private const string NameLabel = "app.kubernetes.io/name";

    /// <summary>Those of the hub, the scheduler, the agents and what installs packages.</summary>
    public static string All { get; } = Url(NodeApi.Hub, NodeApi.Scheduler, NodeApi.Agent, NodeApi.Packages);

    public static string Url(params string[] parts) =>
        $"/api/v1/namespaces/{NodeApi.Namespace}/pods?labelSelector={Uri.EscapeDataString($"{NameLabel} in ({string.Join(',', parts)})")}";

    public static IEnumerable<JsonObject> Items(ReadOnlyMemory<byte> list) => (KubeJson.ParseObject(list).Array("items") ?? []).OfType<JsonObject>();

    public static string NameOf(JsonObject item) => item.Object("metadata")?.String("name") ?? "?";

    /// <summary>Of which part it is a pod.</summary>
    public static string? PartOf(JsonObject pod) => pod.Object("metadata")?.Object("labels")?.String(NameLabel);

    public static bool IsLeaving(JsonObject pod) => pod.Object("metadata")?.String("deletionTimestamp") is not null;
}
