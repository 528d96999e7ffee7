// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests;

public class StatusTests
{
    [Fact]
    public void Conflict_text_is_the_one_that_clients_match()
    {
        ApiStatus status = ApiStatus.Conflict(new GroupResource("apps", "deployments"), "web");

        Assert.Equal(
            "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again",
            status.Message);
        Assert.Equal(409, status.Code);
    }

    [Fact]
    public void Status_survives_the_wire()
    {
        ApiStatus status = ApiStatus.Invalid("apps", "Deployment", "web",
        [
            new StatusCause("FieldValueRequired", "Required value", "spec.selector"),
            new StatusCause("FieldValueInvalid", "Invalid value: -1: must be greater than or equal to 0", "spec.replicas"),
        ]);

        ApiStatus? back = ApiStatus.FromJson(KubeJson.Parse(KubeJson.ToUtf8(status.ToJson())));

        Assert.NotNull(back);
        Assert.Equal(status.Message, back.Message);
        Assert.Equal(status.Causes, back.Causes);
        Assert.Equal("Deployment.apps \"web\" is invalid: [spec.selector: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]", back.Message);
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("apps/v1", true)]
    [InlineData("a/b/c", false)]
    [InlineData("/v1", false)]
    [InlineData("apps/", false)]
    [InlineData("", false)]
    public void ApiVersion_has_at_most_one_slash(string text, bool valid) => Assert.Equal(valid, GroupVersion.TryParse(text, out _));
}
