// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Xunit;

namespace Pelago.Node.Tests;

public sealed class QualityOfServiceTests
{
    [Theory]
    [InlineData(null, null, 1000)]
    [InlineData("1Gi", "1Gi", -997)]
    [InlineData("1Gi", "2Gi", 750)]
    [InlineData("1Mi", null, 999)]
    [InlineData("4Gi", "8Gi", 2)]
    public void What_asked_for_more_memory_is_ended_later(string? request, string? limit, int expected)
    {
        V1Container container = Container(request, limit);

        Assert.Equal(expected, QualityOfService.OomScoreAdjust(PodOf(container), container, Amounts(("memory", "4Gi"))));
    }

    [Fact]
    public void A_container_without_a_request_goes_first_of_a_pod_that_has_some()
    {
        V1Container without = Container(null, null);

        Assert.Equal(999, QualityOfService.OomScoreAdjust(PodOf(Container("1Gi", null), without), without, Amounts(("memory", "4Gi"))));
    }

    [Fact]
    public void What_the_node_cannot_do_without_is_ended_last()
    {
        V1Container container = Container(null, null);
        V1Pod pod = PodOf(container);
        pod.Spec.PriorityClassName = "system-node-critical";

        Assert.Equal(-997, QualityOfService.OomScoreAdjust(pod, container, Amounts(("memory", "4Gi"))));
    }

    private static V1Pod PodOf(params V1Container[] containers) => new() { Metadata = new V1ObjectMeta(), Spec = new V1PodSpec { Containers = [.. containers] } };

    private static V1Container Container(string? memoryRequest, string? memoryLimit) => new()
    {
        Name = "app",
        Resources = new V1ResourceRequirements
        {
            Requests = memoryRequest is null ? null : Amounts(("memory", memoryRequest), ("cpu", "1")),
            Limits = memoryLimit is null ? null : Amounts(("memory", memoryLimit), ("cpu", "1")),
        },
    };

    private static Dictionary<string, ResourceQuantity> Amounts(params (string Name, string Amount)[] amounts) =>
        amounts.ToDictionary(amount => amount.Name, amount => new ResourceQuantity(amount.Amount), StringComparer.Ordinal);
}
