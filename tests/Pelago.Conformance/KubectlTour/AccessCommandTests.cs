// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

public sealed class AccessCommandTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Can_i_tells_what_roles_allow(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string account = $"--as=system:serviceaccount:{Namespace}:default";

        KubectlResult before = await kubectl.TryAsync(null, "auth", "can-i", "list", "pods", account);
        await kubectl.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=pods");
        await kubectl.RunAsync("create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={Namespace}:default");
        await Until(async () => (await kubectl.TryAsync(null, "auth", "can-i", "list", "pods", account)).Output == "yes\n", "the binding counts");
        KubectlResult other = await kubectl.TryAsync(null, "auth", "can-i", "delete", "pods", account);
        KubectlResult listed = await kubectl.RunAsync("auth", "can-i", "--list", account);

        Assert.Equal(("no\n", 1), (before.Output, before.ExitCode));
        Assert.Equal(("no\n", 1), (other.Output, other.ExitCode));
        Assert.Matches(@"(?m)^pods +\[\] +\[\] +\[get list\]$", listed.Output);
        Assert.Equal("yes\n", (await kubectl.RunAsync("auth", "can-i", "*", "*", "-A")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Token_of_an_account_acts_as_it(string version)
    {
        TestCluster.NotOn(Cluster.MinorVersion < 22, "TokenRequest answers kubectl create token from 1.22 on");
        TestCluster.NotOn(KubectlVersions.IsBefore(version, 24), "kubectl has create token from 1.24 on");
        Kubectl kubectl = Kubectl(version);
        await kubectl.RunAsync("create", "serviceaccount", "worker");

        string token = (await kubectl.RunAsync("create", "token", "worker", "--duration=20m")).Output.Trim();
        KubectlResult refused = await (await kubectl.WithTokenAsync(token)).TryAsync(null, "get", "pods");

        Assert.Equal(3, token.Split('.').Length);
        Assert.Contains($"User \"system:serviceaccount:{Namespace}:worker\" cannot list resource \"pods\"", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.30")]
    public async Task Who_am_i_names_the_user_and_the_groups(string version)
    {
        TestCluster.NotOn(Cluster.MinorVersion < 28, "SelfSubjectReview is served from 1.28 on");

        string me = (await Kubectl(version).RunAsync("auth", "whoami")).Output;

        Assert.Contains("system:masters", me, StringComparison.Ordinal);
        Assert.Contains("system:authenticated", me, StringComparison.Ordinal);
    }
}
