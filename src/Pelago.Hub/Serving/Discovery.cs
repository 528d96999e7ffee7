// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Agents;
using Pelago.Kube;

namespace Pelago.Hub.Serving;

/// <summary>What clients find out about these APIs before they use them, and the one kind of the nodes' own: the nodes that have an agent.</summary>
internal static class Discovery
{
    public static JsonObject Groups => new()
    {
        ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray(Described(NodeApi.Group, NodeApi.Version), Described(HistoryApi.Group, HistoryApi.Version)),
    };

    public static JsonObject Group(string name, string version)
    {
        JsonObject group = Described(name, version);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    public static JsonObject Resources => new()
    {
        ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = NodeApi.ApiVersion,
        ["resources"] = new JsonArray(
            new JsonObject { ["name"] = "nodes", ["singularName"] = "node", ["namespaced"] = false, ["kind"] = "NodeAgent", ["verbs"] = new JsonArray("get", "list") },
            new JsonObject
            {
                ["name"] = "nodes/proxy", ["singularName"] = "", ["namespaced"] = false, ["kind"] = "NodeProxyOptions",
                ["verbs"] = new JsonArray("create", "delete", "get", "patch", "update"),
            },
            Pods(TaskApi.Logs), Pods(TaskApi.Files)),
    };

    public static JsonObject List(IEnumerable<RegisteredAgent> agents) => new()
    {
        ["kind"] = "NodeAgentList", ["apiVersion"] = NodeApi.ApiVersion, ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. agents.Select(Item)]),
    };

    public static JsonObject Item(RegisteredAgent agent) => new()
    {
        ["kind"] = "NodeAgent", ["apiVersion"] = NodeApi.ApiVersion, ["metadata"] = new JsonObject { ["name"] = agent.Node, ["creationTimestamp"] = MetaTime.Format(agent.Since) },
        ["status"] = new JsonObject { ["address"] = agent.Address.ToString(), ["version"] = agent.Version },
    };

    private static JsonObject Pods(string subresource) => new()
    {
        ["name"] = $"pods/{subresource}", ["singularName"] = "", ["namespaced"] = true, ["kind"] = "NodePod", ["verbs"] = new JsonArray("get"),
    };

    private static JsonObject Described(string name, string version) => new()
    {
        ["name"] = name, ["versions"] = new JsonArray(Version(name, version)), ["preferredVersion"] = Version(name, version),
    };

    private static JsonObject Version(string name, string version) => new() { ["groupVersion"] = $"{name}/{version}", ["version"] = version };
}
