// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Packages.Installing;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class ClusterOptionsTests
{
    [Theory]
    [InlineData("/replicas: minimum: expected 1 or more, found number 0; set it with --set replicas=1", "/replicas: minimum: expected 1 or more, found number 0; set it with --set-on east:replicas=1")]
    [InlineData("/web/port: type: expected an integer; set it with --set web.port=NUMBER", "/web/port: type: expected an integer; set it with --set-on east:web.port=NUMBER")]
    [InlineData("/web/host: type: expected a text; set it with --set web.host=VALUE", "/web/host: type: expected a text; set it with --set web.host=VALUE")]
    [InlineData("/other: required; set it with --set other=VALUE", "/other: required; set it with --set other=VALUE")]
    public void A_fault_of_an_option_of_one_cluster_names_the_flag_of_that_cluster(string fault, string said) =>
        Assert.Equal(said, ClusterOptions.Named(fault, "east", (JsonObject)JsonNode.Parse("""{"replicas": 0, "web": {"port": "x"}}""")!));
}
