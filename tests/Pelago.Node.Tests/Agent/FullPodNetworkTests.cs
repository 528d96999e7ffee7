// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>A node with one address for pods.</summary>
public sealed class FullPodNetworkTests : AgentFixture
{
    protected override NodeOptions Options => base.Options with { LoopbackNetwork = Cidr4.Parse($"127.234.{Instance % 256}.0/30") };

    [Fact]
    public async Task What_a_node_does_not_heed_is_told_once_and_only_of_a_pod_that_it_has_made()
    {
        ApplyScript("first", "exec sleep 1000");
        await PhaseAsync("first", "Running");
        ApplyScript("second", "exec sleep 1000", "  hostUsers: false");
        await Eventually.TrueAsync(() => Events("FailedCreatePodSandBox").Any(), Cancel);
        Assert.Empty(Events("FieldsIgnored")); // events come in the order in which they are told

        await DeleteAsync("first", grace: 0);
        await GoneAsync("first");
        await Eventually.TrueAsync(() => Agent.Pods.Count == 1, Cancel);
        JsonObject pod = Pod("second")!;
        pod.ObjectOrNew("metadata").ObjectOrNew("labels")["again"] = "now";
        Cluster.Apply("pods", pod);
        await Eventually.TrueAsync(() => Events("Started").Count() == 2, Cancel);

        JsonObject told = Assert.Single(Cluster.All("events"), item => item.String("reason") == "FieldsIgnored");
        Assert.Equal(("this node does not heed spec.hostUsers", 1), (told.String("message"), told.Integer("count")));
    }
}
