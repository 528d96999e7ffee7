// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Publishing;

/// <summary>
/// Says where the hub is and by which authority it is known: in its APIServices for the API server, in a ConfigMap that it alone may write to for the
/// agents. All are there already, put there by the installation; said again now and then, so that whatever became of them is mended.
/// </summary>
internal sealed partial class HubPublication(IKubeApi api, string ns, string authorityPem, string address, ILogger log)
{
    private static readonly WriteQuery Write = new() { FieldManager = NodeApi.Hub };
    private static readonly ResourcePath[] ApiServices = [Serving(NodeApi.Group, NodeApi.Version), Serving(HistoryApi.Group, HistoryApi.Version)];
    private readonly ResourcePath _map = new(new GroupVersionResource("", "v1", "configmaps"), ns, NodeApi.Hub);

    private string _lastFault = "";

    /// <summary>All was said.</summary>
    public bool IsDone { get; private set; }

    public async Task SayAsync(CancellationToken cancel)
    {
        bool all = await ChangeAsync(_map, new JsonObject { ["data"] = new JsonObject { [NodeApi.AuthorityKey] = authorityPem, [NodeApi.AddressKey] = address } }, cancel);
        string bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem));
        foreach (ResourcePath service in ApiServices)
            all &= await ChangeAsync(service, new JsonObject { ["spec"] = new JsonObject { ["caBundle"] = bundle } }, cancel);
        if (!all || IsDone)
            return;
        IsDone = true;
        Log.Said(log, address);
    }

    private static ResourcePath Serving(string group, string version) => new(new GroupVersionResource("apiregistration.k8s.io", "v1", "apiservices"), "", $"{version}.{group}");

    /// <summary>A merge patch: unlike an apply it never brings back what an uninstallation has just removed.</summary>
    private async Task<bool> ChangeAsync(ResourcePath path, JsonObject change, CancellationToken cancel)
    {
        try
        {
            if ((await api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(change), Write, cancel)).Error is not { } refused)
                return true;
            Tell(path, refused.Message);
        }
        catch (ClusterUnreachableException away)
        {
            Tell(path, away.Message);
        }
        return false;
    }

    /// <summary>Once, while nothing else is wrong.</summary>
    private void Tell(ResourcePath path, string fault)
    {
        if (fault != _lastFault)
            Log.NotSaid(log, path.Resource.Resource, path.Name, fault);
        _lastFault = fault;
    }

    private static partial class Log
    {
        [LoggerMessage(6000, LogLevel.Information, "The hub is at {Address}, and the API server and the agents are told so")]
        public static partial void Said(ILogger log, string address);

        [LoggerMessage(6001, LogLevel.Warning, "{Resource} {Name} could not be told where the hub is, which is tried again: {Why}")]
        public static partial void NotSaid(ILogger log, string resource, string name, string why);
    }
}
