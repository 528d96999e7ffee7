// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Kubelets;

namespace Pelago.Daemon.Serving;

/// <summary><c>pelagod agent</c>: what <c>pelago install</c> runs on every node of a cluster, beside the kubelet.</summary>
internal static class AgentCommand
{
    private const string Role = "agent";

    public static Command Build()
    {
        Option<string?> node = InPod.Option("--node", "NODE_NAME", "The node that this process is on");
        Option<string?> address = InPod.Option("--address", "HOST_IP", "The node's address: where to listen, and where the hub finds the agent");
        Option<string?> socket = InPod.Option("--containerd-socket", "CONTAINERD_SOCKET", "The socket of the kubelet's containerd", "/run/containerd/containerd.sock");
        Option<string?> state = InPod.Option("--state", "STATE_DIRECTORY", "For archives of images, until they are in containerd", "/var/lib/pelago");
        Option<string?> token = InPod.Option("--hub-token", "HUB_TOKEN_FILE", "The file with this pod's token for the hub", "/var/run/secrets/pelago/token");
        Option<string?> port = InPod.Option("--port", "AGENT_PORT", "Where to listen", $"{NodeApi.AgentPort}");
        var command = new Command(Role, "Serve images, files and logs of a kubelet's node to the hub of the cluster that this process is a pod of");
        foreach (Option option in new Option[] { node, address, socket, state, token, port })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            var options = new KubeletAgentOptions
            {
                Node = InPod.Required(parsed, node, Role), Address = InPod.Address(parsed, address, Role), Port = InPod.Port(parsed, port, Role), Socket = InPod.Required(parsed, socket, Role),
                StateDirectory = InPod.Required(parsed, state, Role), HubTokenFile = InPod.Required(parsed, token, Role), Namespace = InClusterConnection.Namespace, Version = InPod.Version,
            };
            return InPod.RunAsync(async (api, logging, stop) => await KubeletAgent.StartAsync(options, api, logging, TimeProvider.System, stop), cancel);
        });
        return command;
    }
}
