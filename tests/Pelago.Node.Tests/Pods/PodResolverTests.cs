// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using k8s.Models;
using Pelago.Node.Pods;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class PodResolverTests : IDisposable
{
    private const string BehindStub = "# kept by systemd\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch lan\noptions edns0\n";
    private readonly TemporaryDirectory _root = new();

    public PodResolverTests()
    {
        Directory.CreateDirectory(_root["etc"]);
        Directory.CreateDirectory(_root["run/systemd/resolve"]);
        Has("nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n", BehindStub);
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_pod_of_its_own_network_asks_whom_the_stub_of_the_machine_asks()
    {
        Assert.Equal("search lan\nnameserver 192.0.2.1\nnameserver 192.0.2.2\noptions edns0\n", TextFor(new V1PodSpec { DnsPolicy = "Default" }));
    }

    [Fact]
    public void A_pod_of_the_machines_network_keeps_the_stub()
    {
        Assert.Equal("", TextFor(new V1PodSpec { DnsPolicy = "Default", HostNetwork = true }));
    }

    [Fact]
    public void Where_there_is_no_resolved_it_asks_whom_the_network_manager_asks()
    {
        Directory.CreateDirectory(_root["run/NetworkManager"]);
        File.WriteAllText(_root["run/NetworkManager/no-stub-resolv.conf"], "search lan\nnameserver 192.0.2.7\n");
        Assert.Contains("192.0.2.1\n", TextFor(new V1PodSpec { DnsPolicy = "Default" }), StringComparison.Ordinal);

        Has("nameserver 127.0.0.1\n", behind: null);

        Assert.Equal("search lan\nnameserver 192.0.2.7\n", TextFor(new V1PodSpec { DnsPolicy = "Default" }));
    }

    [Theory]
    [InlineData("nameserver 127.0.0.53\nnameserver 192.0.2.9\n", BehindStub)]
    [InlineData("nameserver 192.0.2.9\n", BehindStub)]
    [InlineData("nameserver 127.0.0.1\n", null)]
    [InlineData("", BehindStub)]
    public void Where_the_machine_has_no_stub_its_file_stays(string usual, string? behind)
    {
        Has(usual, behind);

        Assert.Equal("", TextFor(new V1PodSpec { DnsPolicy = "Default" }));
    }

    [Fact]
    public void What_a_pod_adds_comes_after_what_the_machine_has()
    {
        var config = new V1PodDNSConfig { Nameservers = ["192.0.2.3"], Searches = ["example.org"], Options = [new V1PodDNSConfigOption { Name = "ndots", Value = "2" }] };

        Assert.Equal(
            "search lan example.org\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\noptions edns0 ndots:2\n",
            TextFor(new V1PodSpec { DnsPolicy = "Default", DnsConfig = config }));
        Assert.Equal("search example.org\nnameserver 192.0.2.3\noptions ndots:2\n", TextFor(new V1PodSpec { DnsPolicy = "None", DnsConfig = config }));
    }

    [Fact]
    public void By_default_a_pod_asks_the_cluster()
    {
        Assert.Equal("search shop.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n", TextFor(new V1PodSpec()));
    }

    private void Has(string usual, string? behind)
    {
        File.WriteAllText(_root["etc/resolv.conf"], usual);
        File.Delete(_root["run/systemd/resolve/resolv.conf"]);
        if (behind is not null)
            File.WriteAllText(_root["run/systemd/resolve/resolv.conf"], behind);
    }

    private string TextFor(V1PodSpec spec) => new PodResolver(IPAddress.Parse("10.96.0.10"), "cluster.local", _root.Path)
        .TextFor(new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "shop", Name = "a" }, Spec = spec });
}
