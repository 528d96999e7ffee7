// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Releases;
using Pelago.Packages.Rendering;
using Xunit;

namespace Pelago.Packages.Tests.Releases;

public sealed class PortProtocolsTests
{
    [Theory]
    [InlineData("""{"kind":"Service","spec":{"ports":[{"port":1},{"port":2,"protocol":"UDP"}]}}""", """{"kind":"Service","spec":{"ports":[{"port":1,"protocol":"TCP"},{"port":2,"protocol":"UDP"}]}}""")]
    [InlineData("""{"kind":"Pod","spec":{"containers":[{"ports":[{"containerPort":1}]}]}}""", """{"kind":"Pod","spec":{"containers":[{"ports":[{"containerPort":1,"protocol":"TCP"}]}]}}""")]
    [InlineData("""{"kind":"Deployment","spec":{"template":{"spec":{"initContainers":[{"ports":[{"containerPort":1}]}]}}}}""", """{"kind":"Deployment","spec":{"template":{"spec":{"initContainers":[{"ports":[{"containerPort":1,"protocol":"TCP"}]}]}}}}""")]
    [InlineData("""{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"ports":[{"containerPort":1}]}]}}}}}}""", """{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"ports":[{"containerPort":1,"protocol":"TCP"}]}]}}}}}}""")]
    [InlineData("""{"kind":"ConfigMap","data":{"ports":"1"}}""", """{"data":{"ports":"1"},"kind":"ConfigMap"}""")]
    public void A_port_without_a_protocol_is_one_of_TCP(string given, string expected)
    {
        JsonObject item = KubeJson.ParseObject(Encoding.UTF8.GetBytes(given));

        PortProtocols.Fill(item);

        Assert.Equal(expected, CanonicalJson.Of(item));
    }
}
