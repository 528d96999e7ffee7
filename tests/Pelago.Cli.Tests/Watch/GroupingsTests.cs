// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Watch;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Watch;

public class GroupingsTests
{
    [Theory]
    [InlineData("shop/web-6f9b7c5d48-x2x9p", "shop/web")]
    [InlineData("shop/web-6f9b7c5d48-24567", "shop/web")]
    [InlineData("shop/db-0", "shop/db")]
    [InlineData("a-0/web", "a-0/web")]
    [InlineData("shop/logs-x2x9p", "shop/logs")]
    [InlineData("shop/pi-3-x2x9p", "shop/pi")]
    [InlineData("shop/nightly-29384750-x2x9p", "shop/nightly")]
    [InlineData("shop/my-web-frontend-6f9b7c5d48-x2x9p", "shop/my-web-frontend")]
    [InlineData("shop/web", "shop/web")]
    [InlineData("shop/web-server", "shop/web-server")]
    [InlineData("shop/api-hello", "shop/api-hello")]
    [InlineData("shop/-0", "shop/-0")]
    public void A_workload_is_what_the_name_of_its_pods_says(string pod, string workload) => Assert.Equal(workload, Groupings.WorkloadOf(pod));

    [Fact]
    public void The_hash_of_any_template_is_known_for_one()
    {
        for (int i = 0; i < 1000; i++)
        {
            string hash = GeneratedName.Hash(BitConverter.GetBytes(i));

            Assert.Equal("ns/web", Groupings.WorkloadOf($"ns/web-{hash}-x2x9p"));
        }
    }

    [Fact]
    public void Names_with_numbers_are_in_the_order_of_the_numbers()
    {
        string[] names = ["node-10", "node-2", "node", "node-02", "a", "node-2b", "node-1000000000000000000000"];

        Assert.Equal(["a", "node", "node-02", "node-2", "node-2b", "node-10", "node-1000000000000000000000"], names.Order(NaturalOrder.Instance));
    }
}
