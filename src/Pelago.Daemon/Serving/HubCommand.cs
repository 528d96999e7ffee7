// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Hub;
using Pelago.Kube;

namespace Pelago.Daemon.Serving;

/// <summary><c>pelagod hub</c>: what <c>pelago install</c> runs once in a cluster.</summary>
internal static class HubCommand
{
    private const string Role = "hub";

    public static Command Build()
    {
        Option<string?> address = InPod.Option("--address", "POD_IP", "The pod's address: where to listen, and where agents find the hub");
        Option<string?> pod = InPod.Option("--pod", "POD_NAME", "The pod's name");
        Option<string?> uid = InPod.Option("--pod-uid", "POD_UID", "The pod's uid");
        var port = new Option<int>("--port") { Description = "Where to listen", DefaultValueFactory = _ => 8443 };
        Option<string?> agentPort = InPod.Option("--agent-port", "AGENT_PORT", "The port of the nodes at which agents are, and no other", $"{NodeApi.AgentPort}");
        var command = new Command(Role, "Serve the aggregated API node.pelago.dev in the cluster that this process is a pod of");
        foreach (Option option in new Option[] { address, pod, uid, port, agentPort })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            var options = new HubOptions
            {
                Address = InPod.Address(parsed, address, Role), Port = parsed.GetValue(port), AgentPort = InPod.Port(parsed, agentPort, Role),
                Namespace = InClusterConnection.Namespace,
                Pod = parsed.GetValue(pod) is { Length: > 0 } name && parsed.GetValue(uid) is { Length: > 0 } id ? (name, id) : null,
            };
            return InPod.RunAsync(async (api, logging, stop) => await HubHost.StartAsync(options, api, logging, TimeProvider.System, stop), cancel);
        });
        return command;
    }
}
