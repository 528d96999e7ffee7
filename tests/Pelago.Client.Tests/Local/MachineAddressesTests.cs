// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Pelago.Client.Local;
using Xunit;

namespace Pelago.Client.Tests.Local;

public sealed class MachineAddressesTests
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET
    private const int Times = 100;

    [Fact]
    public void Loopback_is_among_them() => Assert.Contains(MachineAddresses.Read(), own => own.Address.Equals(IPAddress.Loopback));

    [Fact]
    public void Are_read_while_interfaces_come_and_go()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a network of one's own takes root");
        int reads = 0;
        Exception? fault = null;
        // The network belongs to one thread, and to what that thread starts: nobody else sees it.
        var alone = new Thread(() => fault = Record.Exception(() => reads = ReadBesideChanges()));

        alone.Start();
        alone.Join();

        Assert.Null(fault);
        Assert.True(reads > 0, "nothing was read beside a change");
    }

    private static int ReadBesideChanges()
    {
        Assert.Equal(0, Unshare(NewNetwork));
        using Process ip = Process.Start(new ProcessStartInfo("ip", ["-batch", "-"]) { RedirectStandardInput = true, UseShellExecute = false })!;
        for (int time = 0; time < Times; time++)
            ip.StandardInput.Write("link add pair0 type veth peer name pair1\naddress add 192.0.2.1/32 dev pair0\nlink delete pair0\n");
        ip.StandardInput.Close();
        int reads = 0;
        for (; !ip.HasExited; reads++)
            _ = MachineAddresses.Read();
        Assert.Equal(0, ip.ExitCode);
        return reads;
    }

    [DllImport("libc", EntryPoint = "unshare")]
    private static extern int Unshare(int flags);
}
