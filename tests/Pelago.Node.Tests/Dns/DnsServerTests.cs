// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using Pelago.Node.Dns.Forwarding;
using Pelago.Node.Dns.Messages;
using Pelago.Node.Services;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Dns;

public sealed class DnsServerTests : DnsFixture
{
    private readonly UdpClient _upstream = new(new IPEndPoint(IPAddress.Loopback, 0));

    protected override ServiceOptions Options => base.Options with { Upstreams = [(IPEndPoint)_upstream.Client.LocalEndPoint!] };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _upstream.Dispose();
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_cut_over_udp_and_whole_over_tcp()
    {
        string addresses = string.Join(',', Enumerable.Range(1, 200).Select(i => $$"""{"addresses":["10.2.0.{{i}}"]}"""));
        Cluster.Apply("services", Json("""{"metadata":{"name":"many","namespace":"default"},"spec":{"type":"ClusterIP","clusterIP":"None"} }"""));
        Cluster.Apply("endpointslices.discovery.k8s.io", Json($$"""
            {"metadata":{"name":"many-1","namespace":"default","labels":{"kubernetes.io/service-name":"many"} },"addressType":"IPv4","endpoints":[{{addresses}}]}
            """));
        DnsMessage query = Query("many.default.svc.cluster.local", DnsType.A);

        DnsMessage cut = await Eventually.GetAsync(() => AskAsync(query), answer => answer.Code == DnsCode.NoError, Cancel);
        DnsMessage whole = await AskOverTcpAsync(query);

        Assert.True(cut.IsTruncated);
        Assert.Empty(cut.Answers);
        Assert.False(whole.IsTruncated);
        Assert.Equal(200, whole.Answers.Count);
    }

    [Fact]
    public async Task Names_of_others_are_asked_for_at_the_hosts_server()
    {
        _ = ServeUpstreamAsync(query => [query.Reply(DnsCode.NoError) with { Answers = [new AddressRecord(query.Question!.Name, 60, IPAddress.Parse("192.0.2.7"))] }]);

        DnsMessage answer = await AskAsync("example.com", DnsType.A);

        Assert.Equal(["192.0.2.7"], Addresses(answer));
        Assert.False(answer.IsAuthoritative);
    }

    [Fact]
    public async Task An_answer_to_another_question_is_not_believed()
    {
        _ = ServeUpstreamAsync(query =>
        [
            (query with { Question = query.Question! with { Name = DnsName.Of("forged.example") } }).Reply(DnsCode.NoError),
            (query with { Id = (ushort)(query.Id + 1) }).Reply(DnsCode.NoError),
            query.Reply(DnsCode.NoError) with { Answers = [new AddressRecord(query.Question!.Name, 60, IPAddress.Parse("192.0.2.8"))] },
        ]);

        Assert.Equal(["192.0.2.8"], Addresses(await AskAsync("example.com", DnsType.A)));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_failure_not_silence()
    {
        DnsMessage answer = await AskAsync("example.com", DnsType.A);

        Assert.Equal(DnsCode.ServerFailure, answer.Code);
    }

    [Fact]
    public async Task An_external_name_is_resolved_by_the_hosts_server()
    {
        _ = ServeUpstreamAsync(query => [query.Reply(DnsCode.NoError) with { Answers = [new AddressRecord(query.Question!.Name, 60, IPAddress.Parse("192.0.2.9"))] }]);
        Cluster.Apply("services", Json("""{"metadata":{"name":"out","namespace":"default"},"spec":{"type":"ExternalName","externalName":"db.example.com"} }"""));

        DnsMessage answer = await Eventually.GetAsync(() => AskAsync("out.default.svc.cluster.local", DnsType.A), got => got.Answers.Count > 0, Cancel);

        Assert.Equal(DnsType.Cname, answer.Answers[0].Type);
        Assert.Equal(new AddressRecord(DnsName.Of("db.example.com"), 60, IPAddress.Parse("192.0.2.9")), answer.Answers[1]);
    }

    [Fact]
    public async Task What_is_no_query_is_a_format_error_and_other_operations_are_not_implemented()
    {
        byte[] broken = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1];

        DnsMessage answer = DnsReader.Read(await RawAsync(broken))!;

        Assert.Equal((0x1234, DnsCode.FormatError), (answer.Id, answer.Code));
        Assert.Equal(DnsCode.NotImplemented, (await AskAsync(Query("a.cluster.local", DnsType.A) with { Operation = 5 })).Code);
    }

    [Fact]
    public void Name_servers_are_read_as_the_resolver_reads_them()
    {
        string[] lines = ["# comment", "search a b", "nameserver 192.0.2.1", "  nameserver\t192.0.2.2 ", "nameserver not-an-address", "nameserver 192.0.2.3", "nameserver 192.0.2.4"];

        Assert.Equal(["192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"], HostResolvers.Parse(lines).Select(server => server.ToString()));
    }

    private async Task ServeUpstreamAsync(Func<DnsMessage, DnsMessage[]> answers)
    {
        try
        {
            while (true)
            {
                UdpReceiveResult got = await _upstream.ReceiveAsync(Cancel);
                foreach (DnsMessage answer in answers(DnsReader.Read(got.Buffer)!))
                    await _upstream.SendAsync(answer.Encode(DnsMessage.MaxSize), got.RemoteEndPoint, Cancel);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed by the test.
        }
    }
}
