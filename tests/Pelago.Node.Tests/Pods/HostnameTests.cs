// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class HostnameTests
{
    [Fact]
    public void A_pod_of_a_headless_service_finds_its_whole_name_in_its_hosts_file()
    {
        PodSandboxSpec spec = SpecOf(new V1PodSpec { Hostname = "web-0", Subdomain = "web", Containers = [] });

        Assert.Equal("web-0", spec.Hostname);
        Assert.Contains("\n10.1.0.2\tweb-0.web.shop.svc.cluster.local\tweb-0\n", HostsFile.Text(spec, "10.1.0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_name_is_the_hostname_where_that_is_asked_for()
    {
        PodSandboxSpec spec = SpecOf(new V1PodSpec { Hostname = "web-0", Subdomain = "web", SetHostnameAsFQDN = true, Containers = [] });

        Assert.Equal("web-0.web.shop.svc.cluster.local", spec.Hostname);
        Assert.Contains("\n10.1.0.2\tweb-0.web.shop.svc.cluster.local\tweb-0\n", HostsFile.Text(spec, "10.1.0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_subdomain_there_is_no_whole_name()
    {
        PodSandboxSpec spec = SpecOf(new V1PodSpec { SetHostnameAsFQDN = true, Containers = [] });

        Assert.Equal("a", spec.Hostname);
        Assert.Contains("\n10.1.0.2\ta\n", HostsFile.Text(spec, "10.1.0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sandbox_that_was_recorded_before_whole_names_has_its_hostname()
    {
        PodSandboxSpec spec = SpecOf(new V1PodSpec { Containers = [] }) with { OwnNames = null! };

        Assert.Contains("\n10.1.0.2\ta\n", HostsFile.Text(spec, "10.1.0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_name_that_the_kernel_does_not_take_is_refused()
    {
        var refused = Assert.Throws<RuntimeException>(
            () => SpecOf(new V1PodSpec { Hostname = new string('w', 40), Subdomain = "web", SetHostnameAsFQDN = true, Containers = [] }));

        Assert.EndsWith("is too long (64 characters is the max, 67 characters requested)", refused.Message, StringComparison.Ordinal);
    }

    private static PodSandboxSpec SpecOf(V1PodSpec spec) => SandboxSpecs.Of(
        new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "shop", Name = "a", Uid = "u" }, Spec = spec }, 0, "node-1", new PodResolver(null, "cluster.local"));
}
