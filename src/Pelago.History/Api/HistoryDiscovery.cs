// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>What clients find out about history's API before they use it.</summary>
public static class HistoryDiscovery
{
    public static JsonObject ResourceList => new()
    {
        ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = HistoryApi.ApiVersion,
        ["resources"] = new JsonArray(
            Resource(HistoryApi.Runs, "run", "Run", namespaced: true, "get", "list"),
            Resource($"{HistoryApi.Runs}/{HistoryApi.Log}", "", "Run", namespaced: true, "get"),
            Resource($"{HistoryApi.Runs}/{HistoryApi.Events}", "", "RunEventList", namespaced: true, "get"),
            Resource($"{HistoryApi.Runs}/{HistoryApi.Pin}", "", "Run", namespaced: true, "create", "delete"),
            Resource(HistoryApi.Days, "day", "Day", namespaced: false, "get", "list"),
            Resource($"{HistoryApi.Days}/{HistoryApi.Parquet}", "", "Day", namespaced: false, "get")),
    };

    private static JsonNode Resource(string name, string singular, string kind, bool namespaced, params string[] verbs) => new JsonObject
    {
        ["name"] = name, ["singularName"] = singular, ["namespaced"] = namespaced, ["kind"] = kind, ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
    };
}
