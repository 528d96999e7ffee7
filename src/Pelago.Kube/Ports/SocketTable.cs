// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Kube;

/// <summary>A port of this machine on which somebody listens.</summary>
/// <param name="Inode">The socket's, by which its process can be found.</param>
public readonly record struct ListeningPort(int Port, string Protocol, long Inode);

/// <summary>Reads the kernel's tables of sockets: the texts of /proc/net/tcp, tcp6, udp and udp6.</summary>
public static class SocketTable
{
    private const string Listening = "0A";
    private const string Unconnected = "07";

    /// <summary>
    /// The sockets that wait for others to begin. A line is <c>0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 …</c>:
    /// number, own address and port in hexadecimal, the other side, state, queues, timer, retransmissions, user, timeout, inode.
    /// </summary>
    public static List<ListeningPort> Parse(IEnumerable<string> lines, bool isUdp)
    {
        var ports = new List<ListeningPort>();
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 10 || fields[3] != (isUdp ? Unconnected : Listening))
                continue;
            int colon = fields[1].LastIndexOf(':');
            if (colon >= 0 && int.TryParse(fields[1].AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int port)
                && long.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out long inode))
                ports.Add(new ListeningPort(port, isUdp ? "UDP" : "TCP", inode));
        }
        return ports;
    }
}
