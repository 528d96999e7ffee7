// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

public sealed class ContainerConfigsTests
{
    private static readonly PodSandboxSpec Pod = new() { Namespace = "default", Name = "web", Uid = "1-2" };
    private static readonly ContainerSpec Debugger = new() { Name = "debugger", Command = ["sh"], LogPath = "/pods/log", Target = "abc" };

    [Fact]
    public void A_container_that_debugs_another_sees_its_processes()
    {
        NamespaceOption its = NamespacesOf(Pod, Debugger), own = NamespacesOf(Pod, Debugger with { Target = "" });

        Assert.Equal((NamespaceMode.Target, "abc"), (its.Pid, its.TargetId));
        Assert.Equal((NamespaceMode.Container, ""), (own.Pid, own.TargetId));
    }

    [Fact]
    public void Where_processes_are_shared_there_is_nothing_else_to_see()
    {
        Assert.Equal(NamespaceMode.Pod, NamespacesOf(Pod with { SharedProcesses = true }, Debugger).Pid);
        Assert.Equal(NamespaceMode.Node, NamespacesOf(Pod with { HostPid = true }, Debugger).Pid);
    }

    private static NamespaceOption NamespacesOf(PodSandboxSpec pod, ContainerSpec spec) =>
        ContainerConfigs.Of(pod, spec, "image", "/pods").Linux.SecurityContext.NamespaceOptions;
}
