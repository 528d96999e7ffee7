// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class PodPlannerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_container_is_killed_for_the_probe_that_failed_whatever_its_name_is(bool startup)
    {
        var container = new V1Container { Name = "startup-api", StartupProbe = new V1Probe(), LivenessProbe = new V1Probe() };
        var failed = new HashSet<string> { "c" };
        ProbeVerdicts verdicts = startup ? new ProbeVerdicts { StartupFailed = failed } : new ProbeVerdicts { LivenessFailed = failed };

        ContainerToKill kill = Assert.Single(new PodPlanner(Running(container), verdicts).Plan().Kill);

        Assert.Same(startup ? container.StartupProbe : container.LivenessProbe, kill.Probe);
        Assert.Equal($"Container startup-api failed {(startup ? "startup" : "liveness")} probe, will be restarted", kill.Message);
    }

    private static PodView Running(V1Container container)
    {
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "a", Uid = "u" }, Spec = new V1PodSpec { Containers = [container] } };
        var sandbox = new PodSandboxStatus
        {
            Id = "s", CreatedAt = DateTimeOffset.UnixEpoch, State = SandboxState.Ready, Spec = new PodSandboxSpec { Namespace = "default", Name = "a", Uid = "u" },
        };
        var status = new ContainerStatus
        {
            Id = "c", SandboxId = "s", PodUid = "u", Name = container.Name, Attempt = 0, CreatedAt = DateTimeOffset.UnixEpoch, State = ContainerState.Running,
        };
        return new PodView(pod, [sandbox], [status]);
    }
}
