// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Node.Dns.Messages;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Dns;

public sealed class ClusterNamesTests : DnsFixture
{
    private const string Zone = "svc.cluster.local";

    [Fact]
    public async Task A_service_has_its_address_whatever_the_case()
    {
        IPEndPoint web = ApplyService("web", 30, 80);

        DnsMessage answer = await FoundAsync($"Web.DEFAULT.{Zone}", DnsType.A);

        Assert.Equal([$"{web.Address}"], Addresses(answer));
        Assert.True(answer.IsAuthoritative);
    }

    [Fact]
    public async Task A_name_without_records_of_the_type_is_empty_with_the_authority_of_the_zone()
    {
        ApplyService("web", 30, 80);
        await FoundAsync($"web.default.{Zone}", DnsType.A);

        DnsMessage answer = await AskAsync($"web.default.{Zone}", DnsType.Aaaa);

        Assert.Equal(DnsCode.NoError, answer.Code);
        Assert.Empty(answer.Answers);
        Assert.Equal(DnsName.Of("cluster.local"), Assert.IsType<AuthorityRecord>(Assert.Single(answer.Authority)).Name);
    }

    [Theory]
    [InlineData("nothing.default.svc.cluster.local")]
    [InlineData("nothing.svc.cluster.local")]
    [InlineData("a.b.c.d.e.svc.cluster.local")]
    [InlineData("else.cluster.local")]
    [InlineData("x.default.pod.cluster.local")]
    public async Task A_name_that_is_not_there_is_denied_with_the_authority_of_the_zone(string name)
    {
        DnsMessage answer = await AskAsync(name, DnsType.A);

        Assert.Equal(DnsCode.NoSuchName, answer.Code);
        Assert.IsType<AuthorityRecord>(Assert.Single(answer.Authority));
    }

    [Fact]
    public async Task A_headless_service_has_the_addresses_of_its_ready_pods_and_names_for_each()
    {
        ApplyHeadless();

        DnsMessage all = await FoundAsync($"db.default.{Zone}", DnsType.A);

        Assert.Equal(["10.1.0.1", "10.1.0.2"], Addresses(all));
        Assert.Equal(["10.1.0.1"], Addresses(await AskAsync($"db-0.db.default.{Zone}", DnsType.A)));
        Assert.Equal(["10.1.0.2"], Addresses(await AskAsync($"10-1-0-2.db.default.{Zone}", DnsType.A)));
        Assert.Equal(DnsCode.NoSuchName, (await AskAsync($"10-1-0-3.db.default.{Zone}", DnsType.A)).Code);
    }

    [Fact]
    public async Task Ports_of_a_headless_service_lead_to_its_pods()
    {
        ApplyHeadless();
        await FoundAsync($"db.default.{Zone}", DnsType.A);

        DnsMessage answer = await AskAsync($"_sql._tcp.db.default.{Zone}", DnsType.Srv);

        Assert.Equal(
            [(5432, "10-1-0-2.db.default.svc.cluster.local."), (5432, "db-0.db.default.svc.cluster.local.")],
            answer.Answers.Cast<ServiceRecord>().Select(record => ((int)record.Port, record.Target.ToString())).OrderBy(pair => pair.Item2));
        Assert.Equal(["10.1.0.1", "10.1.0.2"], answer.Additional.OfType<AddressRecord>().Select(record => record.Address.ToString()).Order());
        Assert.Equal(DnsCode.NoSuchName, (await AskAsync($"_none._tcp.db.default.{Zone}", DnsType.Srv)).Code);
    }

    [Fact]
    public async Task A_port_of_a_service_leads_to_its_address()
    {
        IPEndPoint web = ApplyService("web", 31, 80);
        await FoundAsync($"web.default.{Zone}", DnsType.A);

        DnsMessage answer = await AskAsync($"web.default.{Zone}", DnsType.Srv);

        ServiceRecord port = Assert.IsType<ServiceRecord>(Assert.Single(answer.Answers));
        Assert.Equal((80, $"web.default.{Zone}."), (port.Port, port.Target.ToString()));
        Assert.Equal(web.Address, Assert.IsType<AddressRecord>(Assert.Single(answer.Additional)).Address);
    }

    [Fact]
    public async Task An_address_has_the_name_of_its_service()
    {
        IPEndPoint web = ApplyService("web", 32, 80);
        await FoundAsync($"web.default.{Zone}", DnsType.A);

        DnsMessage answer = await AskAsync(Reversed(web.Address), DnsType.Ptr);

        Assert.Equal($"web.default.{Zone}.", Assert.IsType<NameRecord>(Assert.Single(answer.Answers)).Target.ToString());
        Assert.Equal(DnsCode.NoSuchName, (await AskAsync(Reversed(Network.AddressAt(99)), DnsType.Ptr)).Code);
    }

    [Fact]
    public async Task A_pod_is_found_by_its_address()
    {
        Assert.Equal(["10.1.2.3"], Addresses(await AskAsync("10-1-2-3.default.pod.cluster.local", DnsType.A)));
    }

    [Fact]
    public async Task An_external_name_is_an_alias_that_is_followed_inside_the_cluster()
    {
        IPEndPoint web = ApplyService("web", 33, 80);
        Cluster.Apply("services", Json($$$"""
            {"metadata":{"name":"alias","namespace":"default"},"spec":{"type":"ExternalName","externalName":"web.default.{{{Zone}}}"} }
            """));
        await FoundAsync($"web.default.{Zone}", DnsType.A);

        DnsMessage answer = await FoundAsync($"alias.default.{Zone}", DnsType.A);

        Assert.Equal($"web.default.{Zone}.", Assert.IsType<NameRecord>(answer.Answers[0]).Target.ToString());
        Assert.Equal([$"{web.Address}"], Addresses(answer));
    }

    private static string Reversed(IPAddress address) => $"{string.Join('.', address.ToString().Split('.').Reverse())}.in-addr.arpa";

    private void ApplyHeadless()
    {
        Cluster.Apply("services", Json("""
            {"metadata":{"name":"db","namespace":"default"},"spec":{"type":"ClusterIP","clusterIP":"None","ports":[{"name":"sql","port":5432}]} }
            """));
        Cluster.Apply("endpointslices.discovery.k8s.io", Json("""
            {"metadata":{"name":"db-1","namespace":"default","labels":{"kubernetes.io/service-name":"db"} },"addressType":"IPv4",
             "endpoints":[{"addresses":["10.1.0.1"],"hostname":"db-0","conditions":{"ready":true} },{"addresses":["10.1.0.2"],"conditions":{} },
                          {"addresses":["10.1.0.3"],"conditions":{"ready":false} }],
             "ports":[{"name":"sql","port":5432,"protocol":"TCP"}]}
            """));
    }

    /// <summary>Asks until the server has seen what was applied.</summary>
    private Task<DnsMessage> FoundAsync(string name, DnsType type) => Eventually.GetAsync(() => AskAsync(name, type), answer => answer.Answers.Count > 0, Cancel);
}
