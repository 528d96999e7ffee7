// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Registration;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class PodAdmissionTests
{
    private readonly PodAdmission _admission = new(
        new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1"), ["memory"] = new("1Gi"), ["pods"] = new("3") },
        new NodeLabels(new MemoryCluster(TimeProvider.System), "node-1", new Dictionary<string, string> { ["disk"] = "ssd" }));

    [Fact]
    public void What_an_admitted_pod_takes_is_missing_until_it_is_released()
    {
        Assert.Null(_admission.Admit(Pod("a", cpu: "700m")));
        Assert.Equal(
            "Pod was rejected: Node didn't have enough resource: cpu, requested: 400, used: 700, capacity: 1000", _admission.Admit(Pod("b", cpu: "400m"))?.Message);

        _admission.Release("a");

        Assert.Null(_admission.Admit(Pod("b", cpu: "400m")));
    }

    [Fact]
    public void A_pod_that_runs_already_is_counted_and_not_asked()
    {
        _admission.Keep(Pod("old", cpu: "2"));

        Assert.Equal("OutOfcpu", _admission.Admit(Pod("new", cpu: "1m"))?.Reason);
        Assert.Null(_admission.Admit(Pod("free", cpu: "0")));
    }

    [Fact]
    public void A_pod_that_asks_twice_is_counted_once()
    {
        for (int i = 0; i < 3; i++)
            Assert.Null(_admission.Admit(Pod("a", cpu: "600m")));

        Assert.Null(_admission.Admit(Pod("b", cpu: "400m")));
    }

    [Fact]
    public void No_more_pods_come_than_the_node_takes()
    {
        foreach (string uid in new[] { "a", "b", "c" })
            Assert.Null(_admission.Admit(Pod(uid)));

        Assert.Equal("OutOfpods", _admission.Admit(Pod("d"))?.Reason);
    }

    [Fact]
    public void A_port_of_the_node_is_for_one_pod_until_that_is_released()
    {
        Assert.Null(_admission.Admit(Pod("a", hostPort: 8080)));
        Assert.Equal("NodePorts", _admission.Admit(Pod("b", hostPort: 8080))?.Reason);
        Assert.Null(_admission.Admit(Pod("c", hostPort: 8081)));

        _admission.Release("a");

        Assert.Null(_admission.Admit(Pod("b", hostPort: 8080)));
    }

    [Theory]
    [InlineData("127.0.0.1", "10.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("::", "10.0.0.1", false)]
    public void A_port_at_one_address_is_free_at_another(string first, string second, bool bothFit)
    {
        Assert.Null(_admission.Admit(Pod("a", hostPort: 8080, hostIP: first)));

        Assert.Equal(bothFit, _admission.Admit(Pod("b", hostPort: 8080, hostIP: second)) is null);
    }

    [Theory]
    [InlineData("net.ipv4.ip_unprivileged_port_start", false, null)]
    [InlineData("net/ipv4/tcp_syncookies", false, null)]
    [InlineData("net.ipv4.tcp_syncookies", true, "\"net.ipv4.tcp_syncookies\" not allowed with hostNetwork enabled")]
    [InlineData("kernel.msgmax", false, "\"kernel.msgmax\" not allowlisted")]
    public void Only_kernel_parameters_that_reach_nobody_else_are_set(string name, bool hostNetwork, string? why)
    {
        V1Pod pod = Pod("a");
        pod.Spec.HostNetwork = hostNetwork;
        pod.Spec.SecurityContext = new V1PodSecurityContext { Sysctls = [new V1Sysctl { Name = name, Value = "1" }] };

        PodVerdict? verdict = _admission.Admit(pod);

        Assert.Equal(why is null ? null : "SysctlForbidden", verdict?.Reason);
        Assert.Equal(why is null ? null : $"Pod was rejected: forbidden sysctl: {why}", verdict?.Message);
    }

    [Fact]
    public async Task A_pod_for_other_nodes_is_refused()
    {
        V1Pod pod = Pod("a");
        pod.Spec.NodeSelector = new Dictionary<string, string> { ["disk"] = "tape" };

        PodVerdict? verdict = await _admission.AdmitAsync(pod, TestContext.Current.CancellationToken);

        Assert.Equal("NodeAffinity", verdict?.Reason);
    }

    [Theory]
    [InlineData("windows", "PodOSNotSupported")]
    [InlineData("linux", null)]
    public void A_pod_of_another_operating_system_is_refused(string system, string? reason)
    {
        V1Pod pod = Pod("a");
        pod.Spec.Os = new V1PodOS { Name = system };

        Assert.Equal(reason, _admission.Admit(pod)?.Reason);
    }

    private static V1Pod Pod(string uid, string cpu = "0", int? hostPort = null, string hostIP = "") => new()
    {
        Metadata = new V1ObjectMeta { NamespaceProperty = "default", Name = uid, Uid = uid },
        Spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "main", Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu) } },
                    Ports = hostPort is null ? null : [new V1ContainerPort { ContainerPort = 80, HostPort = hostPort, HostIP = hostIP }],
                },
            ],
        },
    };
}
