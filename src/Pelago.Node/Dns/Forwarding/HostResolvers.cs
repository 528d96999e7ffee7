// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Dns.Forwarding;

/// <summary>The name servers of /etc/resolv.conf, as of now.</summary>
internal static class HostResolvers
{
    private const int Port = 53;

    /// <summary>glibc's MAXNS.</summary>
    private const int Most = 3;

    public static IReadOnlyList<IPEndPoint> Read()
    {
        try
        {
            return Parse(File.ReadLines("/etc/resolv.conf"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static IReadOnlyList<IPEndPoint> Parse(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out IPAddress? address) ? address : null).OfType<IPAddress>()
            .Where(address => address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Take(Most).Select(address => new IPEndPoint(address, Port)),
    ];
}
