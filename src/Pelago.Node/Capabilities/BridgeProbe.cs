// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pelago.Node.Capabilities;

/// <summary>Tries to make a bridge, in a network namespace that only a thread of this process has and that goes with it.</summary>
internal static class BridgeProbe
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET
    private const int Internet = 2; // AF_INET
    private const int Datagram = 2; // SOCK_DGRAM
    private const nuint AddBridge = 0x89a0; // SIOCBRADDBR

    /// <summary>Null when it worked, else what the kernel said.</summary>
    public static string? Try()
    {
        string? refused = null;
        var thread = new Thread(() => refused = TryHere()) { IsBackground = true };
        thread.Start();
        thread.Join();
        return refused;
    }

    private static string? TryHere()
    {
        if (Unshare(NewNetwork) != 0)
            return "network namespace: " + LastError();
        int socket = Socket(Internet, Datagram, 0);
        if (socket < 0)
            return "socket: " + LastError();
        string? refused = Control(socket, AddBridge, "pelagoprobe") == 0 ? null : LastError();
        _ = Close(socket);
        return refused;
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int Socket(int domain, int type, int protocol);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int descriptor, nuint request, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
