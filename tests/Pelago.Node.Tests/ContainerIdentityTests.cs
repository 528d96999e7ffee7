// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests;

/// <summary>Who a container runs as, in the runtime's words.</summary>
public sealed class ContainerIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_group_without_a_user_goes_with_the_user_of_the_image()
    {
        LinuxContainerSecurityContext security = SecurityOf(new V1SecurityContext { RunAsGroup = 3000 }, new ImageStatus("sha256:0", 1, 1000));

        Assert.Equal((1000, 3000), (security.RunAsUser.Value, security.RunAsGroup.Value));
    }

    [Fact]
    public void A_group_without_a_user_goes_with_the_named_user_of_the_image()
    {
        LinuxContainerSecurityContext security = SecurityOf(new V1SecurityContext { RunAsGroup = 3000 }, new ImageStatus("sha256:0", 1, null) { UserName = "web" });

        Assert.Null(security.RunAsUser);
        Assert.Equal(("web", 3000), (security.RunAsUsername, security.RunAsGroup.Value));
    }

    [Fact]
    public void A_user_of_the_container_goes_before_that_of_the_image()
    {
        LinuxContainerSecurityContext security = SecurityOf(new V1SecurityContext { RunAsUser = 5, RunAsGroup = 3000 }, new ImageStatus("sha256:0", 1, null) { UserName = "web" });

        Assert.Equal((5, "", 3000), (security.RunAsUser.Value, security.RunAsUsername, security.RunAsGroup.Value));
    }

    private LinuxContainerSecurityContext SecurityOf(V1SecurityContext wanted, ImageStatus image)
    {
        var container = new V1Container { Name = "main", Image = "app:1", SecurityContext = wanted };
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "default", Uid = "uid-a" }, Spec = new V1PodSpec { Containers = [container] },
        };
        ContainerSpec spec = ContainerSpecs.Of(
            pod, container, 0, [], [], new PodPaths(_directory["pods"]), new RuntimeFeatures { Images = true, Processes = true, Identities = true }, image);
        return ContainerConfigs.Of(new PodSandboxSpec { Namespace = "default", Name = "a", Uid = "uid-a" }, spec, image.Id, _directory["pods"]).Linux.SecurityContext;
    }
}
