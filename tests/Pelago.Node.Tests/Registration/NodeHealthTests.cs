// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Registration;
using Xunit;

namespace Pelago.Node.Tests.Registration;

public sealed class NodeHealthTests
{
    [Fact]
    public void A_node_whose_runtime_does_not_answer_is_not_ready()
    {
        List<V1NodeCondition> conditions = NodeHealth.Of(shortOfMemory: false, shortOfDisk: null, runtimeFault: "container runtime is down", DateTime.UnixEpoch);

        V1NodeCondition ready = Assert.Single(conditions, condition => condition.Type == "Ready");
        Assert.Equal(("False", "KubeletNotReady", "container runtime is down"), (ready.Status, ready.Reason, ready.Message));
    }
}
