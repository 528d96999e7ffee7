// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Runtime.InteropServices;

namespace Pelago.Client.Local;

/// <summary>
/// The addresses that the interfaces of this machine have, as they are at the moment of the call. Not by .NET's NetworkInterface: that looks at each
/// interface again, and one that goes meanwhile, as that of a pod which ends, makes it throw (dotnet/runtime issue 49515).
/// </summary>
public static class MachineAddresses
{
    // The fields of ifaddrs (getifaddrs(3)) that are read, by their place on a machine of 64 bits.
    private const int Name = 8;
    private const int Socket = 24;

    // What stands before the address in sockaddr_in and in sockaddr_in6 (ip(7), ipv6(7)), and where the scope of the latter is.
    private const int Before4 = 4;
    private const int Before6 = 8;
    private const int Scope6 = 24;

    // The families by Linux's numbers.
    private const short Internet4 = 2;
    private const short Internet6 = 10;

    /// <summary>Each address with the name of its interface, also of those that are down.</summary>
    /// <exception cref="IOException">The kernel gives no list.</exception>
    public static IReadOnlyList<(string Interface, IPAddress Address)> Read()
    {
        if (GetAddresses(out nint first) != 0)
            throw new IOException($"the addresses of this machine cannot be listed: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            var addresses = new List<(string Interface, IPAddress Address)>();
            for (nint entry = first; entry != 0; entry = Marshal.ReadIntPtr(entry))
            {
                if (AddressOf(Marshal.ReadIntPtr(entry, Socket)) is { } address)
                    addresses.Add((Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry, Name))!, address));
            }
            return addresses;
        }
        finally
        {
            Free(first);
        }
    }

    private static IPAddress? AddressOf(nint socket) => socket == 0 ? null : Marshal.ReadInt16(socket) switch
    {
        Internet4 => new IPAddress(Bytes(socket + Before4, 4)),
        Internet6 => new IPAddress(Bytes(socket + Before6, 16), (uint)Marshal.ReadInt32(socket, Scope6)),
        _ => null,
    };

    private static byte[] Bytes(nint at, int count)
    {
        byte[] bytes = new byte[count];
        Marshal.Copy(at, bytes, 0, count);
        return bytes;
    }

    [DllImport("libc", EntryPoint = "getifaddrs", SetLastError = true)]
    private static extern int GetAddresses(out nint first);

    [DllImport("libc", EntryPoint = "freeifaddrs")]
    private static extern void Free(nint first);
}
