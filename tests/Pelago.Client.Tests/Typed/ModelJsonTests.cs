// SPDX-License-Identifier: Apache-2.0

using System.Text;
using k8s.Models;
using Xunit;

namespace Pelago.Client.Tests.Typed;

public sealed class ModelJsonTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"web","managedFields":[{"manager":"x","fieldsV1":{"f:a":{} } }],"uid":"u"},"spec":{"nodeName":"one","containers":[]} }""")]
    [InlineData("""{"metadata":{"managedFields":[],"name":"web","uid":"u"},"spec":{"nodeName":"one","containers":[]} }""")]
    [InlineData("""{"spec":{"nodeName":"one","containers":[]},"metadata":{"name":"web","uid":"u","managedFields":null} }""")]
    [InlineData("""{"metadata":{"name":"web","uid":"u"},"spec":{"nodeName":"one","containers":[]} }""")]
    public void A_lean_object_is_whole_but_for_its_managed_fields(string json)
    {
        V1Pod pod = ModelJson.DecodeLean<V1Pod>(Encoding.UTF8.GetBytes(json));

        Assert.Equal(("web", "u", "one"), (pod.Metadata.Name, pod.Metadata.Uid, pod.Spec.NodeName));
        Assert.Null(pod.Metadata.ManagedFields);
    }

    [Fact]
    public void Texts_that_objects_repeat_are_one_string()
    {
        byte[] json = """{"metadata":{"name":"web"},"status":{"phase":"Running","reason":"café","message":"a \"quoted\" one"} }"""u8.ToArray();
        V1PodStatus one = ModelJson.DecodeLean<V1Pod>(json).Status;
        V1PodStatus other = ModelJson.DecodeLean<V1Pod>(json).Status;

        Assert.Same(one.Phase, other.Phase);
        Assert.Equal(("Running", "café", "a \"quoted\" one"), (one.Phase, one.Reason, one.Message));
    }

    [Fact]
    public void Fields_of_that_name_elsewhere_stay()
    {
        V1Pod pod = ModelJson.DecodeLean<V1Pod>("""{"managedFields":1,"metadata":{"annotations":{"managedFields":"mine"} } }"""u8.ToArray());

        Assert.Equal("mine", pod.Metadata.Annotations["managedFields"]);
    }
}
