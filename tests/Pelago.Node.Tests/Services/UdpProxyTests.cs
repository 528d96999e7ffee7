// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Services;

public sealed class UdpProxyTests : ProxyFixture
{
    [Fact]
    public async Task Datagrams_and_their_answers_find_their_way()
    {
        using UdpClient echo = Echo("a");
        ApplyEndpoints("echo", "UDP", AddressOf(echo));
        IPEndPoint address = ApplyService("echo", 20, 18081, "UDP");
        using UdpClient first = Client(address), second = Client(address);

        Assert.Equal("a: one", await AskAsync(first, "one"));
        Assert.Equal("a: two", await AskAsync(second, "two"));
        Assert.Equal("a: three", await AskAsync(first, "three"));
    }

    /// <summary>Without root each pod is an address of the loopback network, and a server that binds to none of them answers from 127.0.0.1.</summary>
    [Fact]
    public async Task A_server_on_all_addresses_is_heard_whichever_it_was_asked_at()
    {
        using UdpClient echo = Echo("a", IPAddress.Any);
        ApplyEndpoints("echo", "UDP", new IPEndPoint(IPAddress.Parse("127.99.0.8"), AddressOf(echo).Port));
        using UdpClient client = Client(ApplyService("echo", 23, 18081, "UDP"));

        Assert.Equal("a: one", await AskAsync(client, "one"));
    }

    [Fact]
    public async Task A_client_keeps_its_endpoint_until_that_is_gone()
    {
        using UdpClient a = Echo("a"), b = Echo("b");
        ApplyEndpoints("echo", "UDP", AddressOf(a), AddressOf(b));
        using UdpClient client = Client(ApplyService("echo", 21, 18081, "UDP"));
        string first = (await AskAsync(client, "x"))[..1];
        for (int i = 0; i < 5; i++)
            Assert.Equal($"{first}: {i}", await AskAsync(client, $"{i}"));

        RemoveEndpoints("echo", AddressOf(first == "a" ? a : b));

        string other = first == "a" ? "b" : "a";
        await Eventually.GetAsync(() => AskAsync(client, "y"), answer => answer == $"{other}: y", Cancel);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_gives_way()
    {
        UdpClient dead = Echo("dead");
        IPEndPoint deadAddress = AddressOf(dead);
        dead.Dispose();
        using UdpClient alive = Echo("alive");
        ApplyEndpoints("echo", "UDP", deadAddress, AddressOf(alive));
        using UdpClient client = Client(ApplyService("echo", 22, 18081, "UDP"));

        Assert.Equal("alive: x", await AskAsync(client, "x"));
    }

    private static IPEndPoint AddressOf(UdpClient peer) => (IPEndPoint)peer.Client.LocalEndPoint!;

    private static UdpClient Client(IPEndPoint address)
    {
        var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(address);
        return client;
    }

    private static UdpClient Echo(string name, IPAddress? at = null)
    {
        var peer = new UdpClient(new IPEndPoint(at ?? IPAddress.Loopback, 0));
        _ = EchoAsync(peer, name);
        return peer;
    }

    private static async Task EchoAsync(UdpClient peer, string name)
    {
        try
        {
            while (true)
            {
                UdpReceiveResult got = await peer.ReceiveAsync(Cancel);
                await peer.SendAsync(Encoding.UTF8.GetBytes($"{name}: {Encoding.UTF8.GetString(got.Buffer)}"), got.RemoteEndPoint, Cancel);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed by the test.
        }
    }

    /// <summary>Asks until an answer to this text comes: datagrams may be lost, and refusals come before the proxy listens.</summary>
    private static async Task<string> AskAsync(UdpClient client, string text)
    {
        string? answer = await Eventually.GetAsync(() => TryAskAsync(client, text), got => got?.EndsWith($": {text}", StringComparison.Ordinal) == true, Cancel);
        return answer!;
    }

    private static async Task<string?> TryAskAsync(UdpClient client, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMilliseconds(300));
        try
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), patience.Token);
            return Encoding.UTF8.GetString((await client.ReceiveAsync(patience.Token)).Buffer);
        }
        catch (Exception nothing) when (nothing is SocketException || (nothing is OperationCanceledException && !Cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
