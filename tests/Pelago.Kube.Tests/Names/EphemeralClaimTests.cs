// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests.Names;

public class EphemeralClaimTests
{
    private static readonly ObjectKey Pod = new("default", "web");
    private static readonly ObjectKey Claim = new("default", EphemeralClaim.NameOf("web", "data"));

    [Fact]
    public void It_is_called_after_the_pod_and_the_volume() => Assert.Equal("default/web-data", Claim.ToString());

    [Fact]
    public void One_that_the_pod_controls_is_its_own() => Assert.Null(EphemeralClaim.Obstacle(Claim, "1", Pod, "1"));

    [Theory]
    [InlineData(null)]
    [InlineData("2")]
    public void One_that_the_pod_does_not_control_is_somebody_elses(string? controller) =>
        Assert.Equal("PVC default/web-data was not created for pod default/web (pod is not owner)", EphemeralClaim.Obstacle(Claim, controller, Pod, "1"));
}
