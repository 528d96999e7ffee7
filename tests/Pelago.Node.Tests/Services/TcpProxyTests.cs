// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Services;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Services;

public sealed class TcpProxyTests : ProxyFixture
{
    protected override ServiceOptions Options => base.Options with { MaxConnections = 4 };

    [Fact]
    public async Task Connections_go_to_all_endpoints_in_turn()
    {
        using TcpPeer a = TcpPeer.Named("a"), b = TcpPeer.Named("b"), c = TcpPeer.Named("c");
        ApplyEndpoints("web", "TCP", a.Address, b.Address, c.Address);
        IPEndPoint web = ApplyService("web", 20, 18080);

        string[] answers = [await AskAsync(web), await AskAsync(web), await AskAsync(web)];

        Assert.Equal(["a", "b", "c"], answers.Order());
    }

    [Fact]
    public async Task Ports_that_change_their_names_change_their_endpoints()
    {
        using TcpPeer a = TcpPeer.Named("a"), b = TcpPeer.Named("b");
        foreach ((string name, TcpPeer peer) in new[] { ("a", a), ("b", b) })
        {
            Cluster.Apply("endpointslices.discovery.k8s.io", Json($$"""
                {"metadata":{"name":"two-{{name}}","namespace":"default","labels":{"kubernetes.io/service-name":"two"} },"addressType":"IPv4",
                 "endpoints":[{"addresses":["{{peer.Address.Address}}"],"conditions":{"ready":true} }],"ports":[{"name":"{{name}}","port":{{peer.Address.Port}},"protocol":"TCP"}]}
                """));
        }
        IPEndPoint first = ApplyTwo("a", "b");
        Assert.Equal("a", await AskAsync(first));

        ApplyTwo("b", "a");

        await Eventually.GetAsync(async () => await AskAsync(first), answer => answer == "b", Cancel);
    }

    [Fact]
    public async Task The_end_of_one_direction_leaves_the_other_open()
    {
        using TcpPeer counting = TcpPeer.Counting();
        ApplyEndpoints("count", "TCP", counting.Address);
        using Socket socket = await ConnectAsync(ApplyService("count", 21, 18080));

        byte[] much = new byte[1_000_000];
        for (int sent = 0; sent < much.Length;)
            sent += await socket.SendAsync(much.AsMemory(sent), Cancel);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("1000000", await ReadAllAsync(socket));
    }

    [Fact]
    public async Task An_endpoint_that_refuses_is_passed_over()
    {
        using TcpPeer alive = TcpPeer.Named("alive");
        var dead = new IPEndPoint(IPAddress.Parse("127.0.0.99"), alive.Address.Port);
        ApplyEndpoints("half", "TCP", dead, alive.Address);
        IPEndPoint half = ApplyService("half", 22, 18080);

        for (int i = 0; i < 10; i++)
            Assert.Equal("alive", await AskAsync(half));
    }

    [Fact]
    public async Task A_service_without_endpoints_refuses_and_answers_when_it_has_one()
    {
        using TcpPeer peer = TcpPeer.Named("late");
        IPEndPoint late = ApplyService("late", 23, 18080);
        Assert.Null(await TryConnectAsync(late));

        ApplyEndpoints("late", "TCP", peer.Address);
        Assert.Equal("late", await AskAsync(late));

        RemoveEndpoints("late", peer.Address);
        await Eventually.GetAsync(() => TryConnectAsync(late), socket => socket is null, Cancel);
    }

    [Fact]
    public async Task A_connection_outlives_its_endpoint_and_its_service()
    {
        var proceed = new TaskCompletionSource();
        using var slow = new TcpPeer(async socket =>
        {
            await TcpPeer.SendAsync(socket, "begin ");
            await proceed.Task;
            await TcpPeer.SendAsync(socket, "end");
        });
        ApplyEndpoints("slow", "TCP", slow.Address);
        IPEndPoint address = ApplyService("slow", 24, 18080);
        using Socket socket = await ConnectAsync(address);
        byte[] begin = new byte[6];
        Assert.Equal(6, await socket.ReceiveAsync(begin, Cancel));

        RemoveEndpoints("slow", slow.Address);
        await Cluster.DeleteAsync(new Client.ResourcePath(new GroupVersionResource("", "v1", "services"), "default", "slow"), Client.DeleteQuery.None, Cancel);
        await Eventually.GetAsync(() => TryConnectAsync(address), other => other is null, Cancel);
        proceed.SetResult();

        Assert.Equal("end", await ReadAllAsync(socket));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_stops_its_writer()
    {
        long sent = 0;
        using var flood = new TcpPeer(async socket =>
        {
            byte[] block = new byte[64 * 1024];
            while (true)
                Interlocked.Add(ref sent, await socket.SendAsync(block));
        });
        ApplyEndpoints("flood", "TCP", flood.Address);
        using Socket socket = await ConnectAsync(ApplyService("flood", 25, 18080));

        // The buffers of four sockets and one of ours; without back-pressure it would go on for ever.
        long before = -1;
        await Eventually.GetAsync(
            async () =>
            {
                (long last, before) = (before, Interlocked.Read(ref sent));
                // That nothing moves any more can only be seen over a time: two readings apart, until they are equal.
                await Task.Delay(200, Cancel);
                return last == before && before > 0;
            },
            stopped => stopped, Cancel);

        Assert.InRange(before, 1, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task More_connections_than_allowed_wait_until_one_ends()
    {
        using var open = new TcpPeer(async socket =>
        {
            await TcpPeer.SendAsync(socket, "x");
            await socket.ReceiveAsync(new byte[1]);
        });
        ApplyEndpoints("few", "TCP", open.Address);
        IPEndPoint address = ApplyService("few", 26, 18080);
        var held = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            held.Add(await ConnectAsync(address));
            Assert.Equal(1, await held[i].ReceiveAsync(new byte[1], Cancel));
        }

        using Socket fifth = await ConnectAsync(address);
        Task<int> answer = fifth.ReceiveAsync(new byte[1], SocketFlags.None);
        // That nobody answers can only be seen over a time; a slow machine cannot make it fail.
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(300, Cancel)));
        held[0].Dispose();

        Assert.Equal(1, await answer.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        held.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_client_stays_with_one_endpoint_when_the_service_asks_for_it()
    {
        using TcpPeer a = TcpPeer.Named("a"), b = TcpPeer.Named("b"), c = TcpPeer.Named("c");
        ApplyEndpoints("sticky", "TCP", a.Address, b.Address, c.Address);
        IPEndPoint sticky = ApplyService("sticky", 27, 18080, more: ",\"sessionAffinity\":\"ClientIP\"");

        string first = await AskAsync(sticky);

        for (int i = 0; i < 9; i++)
            Assert.Equal(first, await AskAsync(sticky));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_at_the_service_and_served_when_it_is_free()
    {
        using TcpPeer peer = TcpPeer.Named("mine");
        var taken = new IPEndPoint(Network.AddressAt(28), 18080);
        using (var squatter = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            squatter.Bind(taken);
            squatter.Listen();
            ApplyEndpoints("taken", "TCP", peer.Address);
            ApplyService("taken", 28, 18080);
            await Eventually.TrueAsync(() => Cluster.All("events").Any(IsAboutListening), Cancel);
        }

        Assert.Equal("mine", await Eventually.GetAsync(() => AskAsync(taken), text => text == "mine", Cancel));

        static bool IsAboutListening(JsonObject told) => told.String("reason") == "FailedToListen"
            && told.String("message")!.Contains(":18080/TCP", StringComparison.Ordinal) && told.Object("involvedObject")?.String("name") == "taken";
    }

    private static async Task<string> AskAsync(IPEndPoint address)
    {
        using Socket socket = await ConnectAsync(address);
        return await ReadAllAsync(socket);
    }

    private IPEndPoint ApplyTwo(string first, string second)
    {
        IPAddress address = Network.AddressAt(28);
        Cluster.Apply("services", Json($$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"two","namespace":"default"},"spec":{"type":"ClusterIP","clusterIP":"{{address}}",
             "ports":[{"name":"{{first}}","port":18080,"protocol":"TCP"},{"name":"{{second}}","port":18081,"protocol":"TCP"}]} }
            """));
        return new IPEndPoint(address, 18080);
    }
}
