// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Pelago.Kube;

/// <summary>A port of this machine on which somebody listens.</summary>
/// <param name="Address">Where alone it listens; 0.0.0.0 or :: when it does everywhere.</param>
/// <param name="Inode">The socket's, by which its process can be found.</param>
/// <param name="User">Whose it is.</param>
public readonly record struct ListeningPort(IPAddress Address, int Port, string Protocol, long Inode, uint User)
{
    /// <summary>It listens at every address of the machine.</summary>
    public bool IsEverywhere => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);
}

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
                && uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint user)
                && long.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out long inode)
                && TryAddress(fields[1].AsSpan(0, colon), out IPAddress? address))
                ports.Add(new ListeningPort(address, port, isUdp ? "UDP" : "TCP", inode, user));
        }
        return ports;
    }

    /// <summary>The inode behind a process' descriptor, a link such as <c>/proc/12/fd/3 -> socket:[4567]</c>; null when it is no socket.</summary>
    public static long? InodeOf(string? linkTarget)
    {
        const string Prefix = "socket:[";
        return linkTarget?.StartsWith(Prefix, StringComparison.Ordinal) == true
            && long.TryParse(linkTarget.AsSpan(Prefix.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out long inode) ? inode : null;
    }

    /// <summary>One word of 32 bits or four, each in the machine's order of bytes: <c>0100007F</c> is 127.0.0.1 where that is the little one first.</summary>
    private static bool TryAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        const int WordDigits = 8, WordBytes = 4, MostBytes = 16;
        Span<byte> bytes = stackalloc byte[MostBytes];
        address = null;
        if (text.Length is not (WordDigits or 4 * WordDigits))
            return false;
        for (int i = 0; i * WordDigits < text.Length; i++)
        {
            if (!uint.TryParse(text.Slice(i * WordDigits, WordDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word))
                return false;
            MemoryMarshal.Write(bytes[(i * WordBytes)..], word);
        }
        address = new IPAddress(bytes[..(text.Length / WordDigits * WordBytes)]);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return true;
    }
}
