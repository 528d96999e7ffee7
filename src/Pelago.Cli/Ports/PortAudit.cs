// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Ports;

/// <summary>Somebody listens on a port of a node's window who was not given it.</summary>
/// <param name="Pid">0 when it is not known: on another machine, or a process of another user.</param>
internal sealed record StrayListener(string Cluster, string Node, int Port, string Protocol, int Pid, string Command);

/// <summary>What <c>pelago ports --audit -o json</c> prints.</summary>
internal sealed record StrayListeners(IReadOnlyList<StrayListener> Items);

/// <summary>Finds out who listens where he should not. Only processes of this machine can be named.</summary>
internal static class PortAudit
{
    /// <param name="proc">/proc, or what a test puts in its place.</param>
    public static IReadOnlyList<StrayListener> Of(IEnumerable<NodePortsView> nodes, (string MachineId, string BootId) here, string proc)
    {
        var machine = new MachineSockets(proc);
        List<ListeningPort>? sockets = null;
        Dictionary<long, int>? owners = null;
        var found = new List<StrayListener>();
        foreach (NodePortsView node in nodes.Where(node => !node.BusyPorts.IsEmpty))
        {
            sockets ??= machine.Listening();
            owners ??= machine.Holders();
            bool isHere = node.Machine == here && here.BootId.Length > 0;
            foreach (PortRange range in node.BusyPorts.Ranges.ToArray())
            {
                for (int port = range.First; port <= range.Last; port++)
                    found.AddRange(Name(node, port, isHere ? sockets.FindAll(socket => socket.Port == port) : [], owners, proc));
            }
        }

        return found;
    }

    /// <summary>As nodes say it of themselves.</summary>
    public static (string MachineId, string BootId) ThisMachine() => (FirstLine("/etc/machine-id"), FirstLine("/proc/sys/kernel/random/boot_id"));

    private static IEnumerable<StrayListener> Name(NodePortsView node, int port, List<ListeningPort> sockets, Dictionary<long, int> owners, string proc)
    {
        if (sockets.Count == 0)
            return [new StrayListener(node.Cluster, node.Node, port, "", 0, "")];
        return sockets.Select(socket =>
        {
            int pid = owners.GetValueOrDefault(socket.Inode);
            return new StrayListener(node.Cluster, node.Node, port, socket.Protocol, pid, pid == 0 ? "" : FirstLine(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), "comm")));
        }).Distinct();
    }

    private static string FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault("").Trim();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
