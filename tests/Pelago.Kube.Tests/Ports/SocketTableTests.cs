// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Xunit;

namespace Pelago.Kube.Tests;

public class SocketTableTests
{
    private const string Header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

    [Fact]
    public void Sockets_that_listen_are_found_with_their_inodes_and_users()
    {
        string[] tcp =
        [
            Header,
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0",
            "   1: 0100007F:7918 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 23456 1 0000000000000000 20 4 30 10 -1",
            "   2: 00000000000000000000000000000000:791D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 34567 1",
            "   3: 0000000000000000FFFF00000300B57F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 45678 1",
            "   4: 0100:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 56789 1",
            "",
            "cut",
        ];

        Assert.Equal(
            [
                new ListeningPort(IPAddress.Loopback, 8080, "TCP", 12345, 0), new ListeningPort(IPAddress.IPv6Any, 31005, "TCP", 34567, 0),
                new ListeningPort(IPAddress.Parse("127.181.0.3"), 8081, "TCP", 45678, 0),
            ],
            SocketTable.Parse(tcp, isUdp: false));
        Assert.Equal(
            [new ListeningPort(IPAddress.Any, 53, "UDP", 5, 1000)],
            SocketTable.Parse([Header, "  10: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 1000 0 5 2 0 0"], isUdp: true));
    }

    [Theory]
    [InlineData("socket:[4567]", 4567L)]
    [InlineData("socket:[x]", null)]
    [InlineData("pipe:[4567]", null)]
    [InlineData(null, null)]
    public void The_inode_of_a_descriptor_is_in_its_link(string? target, long? inode) => Assert.Equal(inode, SocketTable.InodeOf(target));
}
