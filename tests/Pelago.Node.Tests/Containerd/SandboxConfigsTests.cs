// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

public sealed class SandboxConfigsTests
{
    private const string SpecAnnotation = "pelago.dev/sandbox";
    private static readonly PodSandboxSpec Spec = new()
    {
        Namespace = "default", Name = "web", Uid = "1-2", Sysctls = [new("net.ipv4.tcp_syncookies", "0")],
        Ports = [new PodPort("main", "http", 80, "TCP", 8080, "127.0.0.1"), new PodPort("main", "dns", 53, "UDP", 5353), new PodPort("main", "plain", 81, "TCP")],
    };

    [Fact]
    public void Kernel_parameters_and_ports_with_their_addresses_are_told_to_containerd()
    {
        PodSandboxConfig config = SandboxConfigs.Of(Spec, "/pods", "");

        Assert.Equal("0", config.Linux.Sysctls["net.ipv4.tcp_syncookies"]);
        Assert.Equal(
            [("127.0.0.1", 8080, 80, Protocol.Tcp), ("", 5353, 53, Protocol.Udp)],
            config.PortMappings.Select(port => (port.HostIp, port.HostPort, port.ContainerPort, port.Protocol)));
    }

    [Fact]
    public void A_sandbox_that_an_older_daemon_made_gets_its_containers()
    {
        JsonObject kept = JsonNode.Parse(SandboxConfigs.Of(Spec, "/pods", "").Annotations[SpecAnnotation])!.AsObject();
        foreach (string added in (string[])["sysctls", "Sysctls", "ownNames", "OwnNames"])
            kept.Remove(added);
        var status = new Pelago.Node.Containerd.Protos.Cri.PodSandboxStatus { Id = "s", CreatedAt = 1, Metadata = new PodSandboxMetadata { Name = "web" } };
        status.Annotations[SpecAnnotation] = kept.ToJsonString();

        PodSandboxSpec read = SandboxConfigs.StatusOf(status).Spec;
        PodSandboxConfig again = SandboxConfigs.Of(read, "/pods", "");

        Assert.Empty(again.Linux.Sysctls);
        Assert.Equal("", read.OwnNames);
        Assert.Equal(2, again.PortMappings.Count);
    }
}
