// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class IgnoredFieldsTests
{
    private static readonly RuntimeFeatures Containers = new() { Images = true, Processes = true };

    [Fact]
    public void What_a_node_does_anyway_is_not_named()
    {
        var pod = new V1Pod
        {
            Spec = new V1PodSpec
            {
                HostUsers = true, ShareProcessNamespace = true,
                SecurityContext = new V1PodSecurityContext { SupplementalGroupsPolicy = "Merge", AppArmorProfile = new V1AppArmorProfile { Type = "Unconfined" } },
                Containers =
                [
                    new V1Container
                    {
                        Name = "main", SecurityContext = new V1SecurityContext { ProcMount = "Default" },
                        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1"), ["memory"] = new("1Gi") } },
                        VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data", RecursiveReadOnly = "Disabled" }],
                    },
                ],
            },
        };

        Assert.Empty(IgnoredFields.Of(pod, Containers));
        Assert.Equal(["spec.shareProcessNamespace"], IgnoredFields.Of(pod, new RuntimeFeatures { Processes = true }));
    }

    [Fact]
    public void What_a_pod_would_take_for_granted_is_named_by_its_path()
    {
        var pod = new V1Pod
        {
            Spec = new V1PodSpec
            {
                HostUsers = false, RuntimeClassName = "gvisor", SecurityContext = new V1PodSecurityContext { SupplementalGroupsPolicy = "Strict" },
                InitContainers = [new V1Container { Name = "first", SecurityContext = new V1SecurityContext { AppArmorProfile = new V1AppArmorProfile { Type = "RuntimeDefault" } } }],
                Containers =
                [
                    new V1Container
                    {
                        Name = "main", VolumeDevices = [new V1VolumeDevice { Name = "disk", DevicePath = "/dev/disk" }],
                        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["ephemeral-storage"] = new("1Gi"), ["hugepages-2Mi"] = new("2Mi") } },
                        VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data", RecursiveReadOnly = "Enabled" }],
                    },
                ],
            },
        };

        Assert.Equal(
            [
                "spec.hostUsers", "spec.runtimeClassName", "spec.securityContext.supplementalGroupsPolicy", "spec.initContainers{first}.securityContext.appArmorProfile",
                "spec.containers{main}.volumeDevices", "spec.containers{main}.resources.limits[ephemeral-storage]", "spec.containers{main}.resources.limits[hugepages-2Mi]",
                "spec.containers{main}.volumeMounts[data].recursiveReadOnly",
            ],
            IgnoredFields.Of(pod, Containers));
    }
}
