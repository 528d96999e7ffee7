// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Supervision;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

public sealed class ContainerdConfigTests
{
    [Fact]
    public void Images_come_over_the_proxies_and_by_the_certificates_of_this_process()
    {
        var ours = new Dictionary<string, string>
        {
            ["HTTPS_PROXY"] = "http://proxy.example.org:3128", ["no_proxy"] = ".example.org", ["SSL_CERT_FILE"] = "/etc/ours.pem", ["http_proxy"] = "", ["HOME"] = "/root",
        };

        IReadOnlyList<KeyValuePair<string, string>> environment = ContainerdConfig.Environment(ours.GetValueOrDefault);

        Assert.Equal(
            [new("PATH", ContainerdTools.SearchPath), new("HTTPS_PROXY", "http://proxy.example.org:3128"), new("no_proxy", ".example.org"), new("SSL_CERT_FILE", "/etc/ours.pem")],
            environment);
    }

    [Fact]
    public void Mirrors_and_certificates_of_registries_are_where_every_containerd_looks()
    {
        var options = new ContainerdOptions
        {
            Directory = "/var/lib/x", PodsDirectory = "/var/lib/x/pods", PodNetwork = Cidr4.Parse("10.1.0.0/24"), ClusterNetwork = Cidr4.Parse("10.1.0.0/16"),
        };

        Assert.Contains(
            "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"/etc/containerd/certs.d:/etc/docker/certs.d\"\n",
            new ContainerdConfig(options, new ContainerdTools { PluginDirectory = "/opt/cni/bin" }).Daemon, StringComparison.Ordinal);
    }
}
