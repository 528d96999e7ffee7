// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Images;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Images;

public sealed class ImageKeyringTests
{
    [Theory]
    [InlineData("registry.example.com/app:1", "registry.example.com")]
    [InlineData("registry.example.com/app:1", "https://registry.example.com")]
    [InlineData("registry.example.com/app:1", "https://registry.example.com/v2/")]
    [InlineData("registry.example.com/team/app:1", "registry.example.com/team")]
    [InlineData("registry.example.com/app:1", "*.example.com")]
    [InlineData("host:5000/app:1", "host:5000")]
    [InlineData("docker.io/library/app:1", "https://index.docker.io/v1/")]
    [InlineData("docker.io/library/app:1", "docker.io")]
    public void Credentials_go_to_their_registry(string image, string server) =>
        Assert.Single(ImageKeyring.For(image, [new ImageCredentials(server, "user", "password")]));

    [Theory]
    [InlineData("registry.example.com/app:1", "example.com")]
    [InlineData("registry.example.com.evil.org/app:1", "registry.example.com")]
    [InlineData("registry.example.com/other/app:1", "registry.example.com/team")]
    [InlineData("a.b.example.com/app:1", "*.example.com")]
    [InlineData("host:5001/app:1", "host:5000")]
    [InlineData("host:5000/app:1", "host")]
    [InlineData("host:5000/app:1", "*")]
    [InlineData("host/app:1", "host:5000")]
    [InlineData("registry.example.com/app:1", "https://index.docker.io/v1/")]
    [InlineData("registry.example.com/app:1", "")]
    public void Credentials_go_to_no_other_registry(string image, string server) =>
        Assert.Empty(ImageKeyring.For(image, [new ImageCredentials(server, "user", "password")]));

    [Fact]
    public void Those_for_a_part_of_the_registry_come_first()
    {
        ImageCredentials[] all = [new("registry.example.com", "all", "p"), new("registry.example.com/team", "team", "p"), new("other", "other", "p")];

        Assert.Equal(["team", "all"], ImageKeyring.For("registry.example.com/team/app:1", all).Select(credential => credential.User));
    }
}
