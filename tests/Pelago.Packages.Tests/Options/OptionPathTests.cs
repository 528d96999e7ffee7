// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Options;
using Xunit;

namespace Pelago.Packages.Tests.Options;

public sealed class OptionPathTests
{
    private static readonly JsonObject Schema = KubeJson.ParseObject(Encoding.UTF8.GetBytes("""
        {"type": "object", "properties": {
          "replicas": {"type": "integer"}, "tag": {"type": "string"},
          "resources": {"type": "object", "properties": {"cpu": {"type": "string"}}}}}
        """));

    [Theory]
    [InlineData("resources.cpu=1", """{"resources":{"cpu":"1"}}""")]
    [InlineData("tag=7.0", """{"tag":"7.0"}""")]
    [InlineData("tag=true", """{"tag":"true"}""")]
    [InlineData("tag=\"7.0\"", """{"tag":"7.0"}""")]
    [InlineData("tag=null", """{"tag":null}""")]
    [InlineData("tag=[1]", """{"tag":"[1]"}""")]
    [InlineData("replicas=3", """{"replicas":3}""")]
    [InlineData("unknown=3", """{"unknown":3}""")]
    public void What_is_to_be_a_text_is_one_whatever_it_looks_like(string assignment, string options)
    {
        var read = new JsonObject();

        Assert.True(OptionPath.TrySet(read, assignment, OptionForm.Texts(Schema)));

        Assert.Equal(options, read.ToJsonString());
    }
}
