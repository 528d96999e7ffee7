// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Authorization;

public sealed class ClusterRoleAggregationTests
{
    private static readonly KubeObject Sum = Role(
        """{"metadata":{"name":"sum","labels":{"part":"yes"}},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"part":"yes"}},{"matchLabels":{"more":"yes"}}]}}""");

    [Fact]
    public void Rules_of_selected_roles_come_in_the_order_of_their_names_and_once()
    {
        KubeObject[] all =
        [
            Sum,
            Role("""{"metadata":{"name":"b","labels":{"part":"yes"}},"rules":[{"verbs":["b"]},{"verbs":["a"]}]}"""),
            Role("""{"metadata":{"name":"a","labels":{"part":"yes","more":"yes"}},"rules":[{"verbs":["a"]}]}"""),
            Role("""{"metadata":{"name":"0","labels":{"more":"yes"}},"rules":[{"verbs":["0"]}]}"""),
            Role("""{"metadata":{"name":"x","labels":{"part":"no"}},"rules":[{"verbs":["x"]}]}"""),
        ];

        JsonArray? rules = ClusterRoleAggregation.Aggregate(Sum, all);

        Assert.Equal("""[{"verbs":["a"]},{"verbs":["b"]},{"verbs":["0"]}]""", rules?.ToJsonString());
    }

    [Fact]
    public void Role_that_is_right_already_is_left_alone()
    {
        var settled = new KubeObject((JsonObject)Sum.Json.DeepClone());
        settled.Json["rules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("a") });

        Assert.Null(ClusterRoleAggregation.Aggregate(settled, [settled, Role("""{"metadata":{"name":"a","labels":{"part":"yes"}},"rules":[{"verbs":["a"]}]}""")]));
        Assert.Null(ClusterRoleAggregation.Aggregate(Role("""{"metadata":{"name":"plain"}}"""), [Sum]));
    }

    private static KubeObject Role(string json) => KubeObject.Parse(Encoding.UTF8.GetBytes(json));
}
