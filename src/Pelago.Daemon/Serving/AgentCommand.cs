// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.History;
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
        Option<string?> history = InPod.Option("--history", "HISTORY_DIRECTORY", "Where what has ended on the node is kept", "/var/lib/pelago/history");
        Option<string?> size = InPod.Option("--history-size", "HISTORY_SIZE", "How much of it, as 4Gi; the oldest goes first", "4Gi");
        var command = new Command(Role, "Serve images, files, logs and history of a kubelet's node to the hub of the cluster that this process is a pod of");
        foreach (Option option in new Option[] { node, address, socket, state, token, port, history, size })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            var options = new KubeletAgentOptions
            {
                Node = InPod.Required(parsed, node, Role), Address = InPod.Address(parsed, address, Role), Port = InPod.Port(parsed, port, Role), Socket = InPod.Required(parsed, socket, Role),
                StateDirectory = InPod.Required(parsed, state, Role), HubTokenFile = InPod.Required(parsed, token, Role), Namespace = InClusterConnection.Namespace, Version = InPod.Version,
            };
            string directory = InPod.Required(parsed, history, Role);
            var retention = new RetentionPolicy { MaxBytes = SizeOf(InPod.Required(parsed, size, Role)) };
            return InPod.RunAsync((api, logging, stop) => RecordingAgent.StartAsync(options, directory, retention, api, logging, stop), cancel);
        });
        return command;
    }

    private static long SizeOf(string text) => Quantity.TryParse(text, out Quantity size) && size.Value is > 0 and var bytes
        ? bytes
        : throw new DaemonException($"--history-size {text}: must be a size, as 500Mi or 4Gi");
}
