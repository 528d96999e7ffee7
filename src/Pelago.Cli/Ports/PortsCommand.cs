// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Ports;

/// <summary><c>pelago ports</c>: the ports that nodes give to pods, who has them, and who listens on one without having been given it.</summary>
internal static class PortsCommand
{
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var audit = new Option<bool>("--audit") { Description = "Who listens on a port of a node's window without having been given it" };
        Option<string> output = CommandOptions.Output("table", "wide", "json");
        var command = new Command("ports", "The ports of the nodes that pods are given").WithExamples("""
            pelago ports
            pelago ports -o wide      with the pods that have them
            pelago ports --audit      listeners that were never given their port
            """);
        command.Options.Add(audit);
        clusters.AddTo(command);
        command.Options.Add(output);
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<HttpKubeApi> connections = await clusters.ConnectAsync(parsed, cancel);
            try
            {
                var nodes = new List<NodePortsView>();
                int code = ExitCode.Done;
                foreach (HttpKubeApi cluster in connections)
                {
                    try
                    {
                        nodes.AddRange(await NodesOfAsync(cluster, cancel));
                    }
                    catch (Exception fault) when (connections.Count > 1 && fault is ClusterUnreachableException or ApiStatusException)
                    {
                        Console.Error.WriteLine($"pelago: {fault.Message}");
                        code = fault is ClusterUnreachableException ? ExitCode.Unreachable : Math.Max(code, ExitCode.Failed);
                    }
                }

                string form = parsed.GetValue(output) ?? "table";
                if (parsed.GetValue(audit))
                    Print(PortAudit.Of(nodes, PortAudit.ThisMachine(), "/proc"), form, connections.Count > 1);
                else
                    Print(nodes, form, connections.Count > 1);
                return code;
            }
            finally
            {
                foreach (HttpKubeApi cluster in connections)
                    cluster.Dispose();
            }
        });
        return command;
    }

    private static async Task<IEnumerable<NodePortsView>> NodesOfAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        List<KubeObject> nodes = await ListAsync(cluster, Nodes, cancel);
        ILookup<string, KubeObject> pods = (await ListAsync(cluster, Pods, cancel)).ToLookup(pod => pod.Spec?.String("nodeName") ?? "", StringComparer.Ordinal);
        return nodes.OrderBy(node => node.Name, StringComparer.Ordinal).Select(node => NodePortsView.Of(cluster.Cluster, node, pods[node.Name]));
    }

    private static async Task<List<KubeObject>> ListAsync(HttpKubeApi cluster, GroupVersionResource resource, CancellationToken cancel)
    {
        ApiResult answer = await cluster.ListAsync(new ResourcePath(resource), ListQuery.Everything, cancel);
        return [.. (KubeJson.ParseObject(answer.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => new KubeObject(json))];
    }

    private static void Print(IReadOnlyList<NodePortsView> nodes, string form, bool severalClusters)
    {
        if (form == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new NodePortsViews(nodes), CliJson.Default.NodePortsViews));
            return;
        }

        string[] headers = ["NODE", "WINDOW", "FREE", "USED", "FRAGMENTS", "LARGEST RUN", "BUSY", .. form == "wide" ? (string[])["PODS"] : []];
        var table = new TextTable(severalClusters ? ["CLUSTER", .. headers] : headers);
        foreach (NodePortsView node in nodes)
        {
            string[] cells =
            [
                node.Node, node.Window, Text(node.Free), Text(node.Used), Text(node.Fragments), Text(node.LargestFreeRun), node.BusyPorts.IsEmpty ? "-" : node.Busy,
                .. form == "wide" ? (string[])[node.Pods.Count == 0 ? "-" : string.Join("; ", node.Pods.Select(pod => $"{pod.Namespace}/{pod.Pod}: {pod.Ports}"))] : [],
            ];
            table.Add(severalClusters ? [node.Cluster, .. cells] : cells);
        }

        table.WriteTo(Console.Out);
    }

    private static void Print(IReadOnlyList<StrayListener> listeners, string form, bool severalClusters)
    {
        if (form == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new StrayListeners(listeners), CliJson.Default.StrayListeners));
            return;
        }

        if (listeners.Count == 0)
        {
            Console.Error.WriteLine("nobody listens on a port of a node's window without having been given it");
            return;
        }

        string[] headers = ["NODE", "PORT", "PROTOCOL", "PID", "COMMAND"];
        var table = new TextTable(severalClusters ? ["CLUSTER", .. headers] : headers);
        foreach (StrayListener listener in listeners)
        {
            string[] cells =
            [
                listener.Node, Text(listener.Port), listener.Protocol.Length == 0 ? "-" : listener.Protocol, listener.Pid == 0 ? "-" : Text(listener.Pid),
                listener.Command.Length == 0 ? "-" : listener.Command,
            ];
            table.Add(severalClusters ? [listener.Cluster, .. cells] : cells);
        }

        table.WriteTo(Console.Out);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
