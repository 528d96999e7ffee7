// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Node.Ports;

/// <summary>What the kernel says of this machine's ports. <paramref name="proc"/> is /proc, or what a test puts in its place.</summary>
internal sealed class MachinePorts(string proc)
{
    /// <summary>
    /// Ports that the kernel gives to clients when these do not choose: ip_local_port_range, but for those that ip_local_reserved_ports keeps
    /// from them. A server on one of them may find it taken.
    /// </summary>
    public PortRanges Ephemeral()
    {
        string[] bounds = Read("sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (bounds.Length != 2 || !PortRange.TryParse($"{bounds[0]}-{bounds[1]}", out PortRange range))
            return PortRanges.Empty;
        var ephemeral = PortRanges.Of(range);
        return PortRanges.TryParse(Read("sys/net/ipv4/ip_local_reserved_ports"), out PortRanges? reserved, out _) ? ephemeral.Except(reserved) : ephemeral;
    }

    /// <summary>Ports on which somebody listens, whoever it is.</summary>
    public PortRanges Listening() => PortRanges.Of([.. new MachineSockets(proc).Listening().Select(found => new PortRange(found.Port, found.Port))]);

    private string Read(string file)
    {
        string path = Path.Combine(proc, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }
}
