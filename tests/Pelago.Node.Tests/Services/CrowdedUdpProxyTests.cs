// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;
using Pelago.Node.Services;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Services;

/// <summary>A proxy that has to make room for every client, though there is none to go: as when all others went in that moment.</summary>
public sealed class CrowdedUdpProxyTests : ProxyFixture
{
    protected override ServiceOptions Options => base.Options with { MaxFlows = 0 };

    [Fact]
    public async Task A_client_is_served_where_nobody_is_left_to_make_room_for_it()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        ApplyEndpoints("sink", "UDP", (IPEndPoint)server.Client.LocalEndPoint!);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(ApplyService("sink", 24, 18081, "UDP"));

        string? heard = await Eventually.GetAsync(() => TryTellAsync(client, server), got => got is not null, Cancel);

        Assert.Equal("x", heard);
    }

    /// <summary>Null where the proxy does not listen yet.</summary>
    private static async Task<string?> TryTellAsync(UdpClient client, UdpClient server)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMilliseconds(300));
        try
        {
            await client.SendAsync(Encoding.UTF8.GetBytes("x"), patience.Token);
            return Encoding.UTF8.GetString((await server.ReceiveAsync(patience.Token)).Buffer);
        }
        catch (Exception nothing) when (nothing is SocketException || (nothing is OperationCanceledException && !Cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
