// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Xunit;

namespace Pelago.Kube.Tests.Json;

public class JsonEqualityTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[1,2]}""", """{"b":[1,2],"a":1.0}""", true)]
    [InlineData("""{"a":null}""", """{}""", false)]
    [InlineData("""[1,2]""", """[2,1]""", false)]
    [InlineData("""[1]""", """["1"]""", false)]
    [InlineData("""[1e2]""", """[100]""", true)]
    [InlineData("""[9007199254740993]""", """[9007199254740992]""", false)]
    [InlineData("""[true]""", """[false]""", false)]
    [InlineData("""[null]""", """[null]""", true)]
    [InlineData("""{"a":{}}""", """{"a":[]}""", false)]
    public void Documents_are_equal_by_value(string left, string right, bool equal)
    {
        Assert.Equal(equal, JsonEquality.DeepEquals(KubeJson.Parse(Encoding.UTF8.GetBytes(left)), KubeJson.Parse(Encoding.UTF8.GetBytes(right))));
    }

    [Theory]
    [InlineData("""{"b":[1,"x",null],"a":{"c":true}}""", "map[a:map[c:true] b:[1 x <nil>]]")]
    [InlineData("""[1e6,1e21,1.5,0.00001,0.0001,-2.50,123456789.125,1e-7,100000000000000000000]""",
        "[1e+06 1e+21 1.5 1e-05 0.0001 -2.5 1.23456789125e+08 1e-07 1e+20]")]
    public void Text_is_that_of_Go(string json, string text)
    {
        Assert.Equal(text, GoFormat.Of(KubeJson.Parse(Encoding.UTF8.GetBytes(json))));
    }
}
