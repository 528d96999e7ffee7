// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class MetadataScanTests
{
    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"default","uid":"u-1","resourceVersion":"42","generation":7,
        "labels":{"app":"web","tier":"front"},"annotations":{"note":"a \"b\"","z":"1"},"finalizers":["x/y","orphan"],
        "creationTimestamp":"2026-01-02T03:04:05Z",
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"u-0","controller":true,"blockOwnerDeletion":true}],
        "managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]},
        "spec":{"nodeName":"n-1","hostNetwork":true,"containers":[{"name":"c"}]},"status":{"phase":"Running","podIP":"10.0.0.1"}}
        """;

    private static readonly FieldPaths PodFields = new("spec.nodeName", "status.phase", "spec.hostNetwork", "spec.restartPolicy", "spec.containers", "metadata.name");

    [Fact]
    public void Metadata_and_chosen_fields_are_read_in_one_pass()
    {
        MetadataScan scan = MetadataScan.Read(Encoding.UTF8.GetBytes(Pod), PodFields);

        Assert.Equal(("v1", "Pod", "web-1", "default", "u-1", "42"), (scan.ApiVersion, scan.Kind, scan.Name, scan.Namespace, scan.Uid, scan.ResourceVersion));
        Assert.Equal(7, scan.Generation);
        Assert.Equal("2026-01-02T03:04:05Z", scan.CreationTimestamp);
        Assert.False(scan.IsDeleting);
        Assert.Equal(["x/y", "orphan"], scan.Finalizers);
        Assert.Equal("a \"b\"", scan.Annotation("note"));
        Assert.Null(scan.Annotation("absent"));
        Assert.Equal(new OwnerReference("apps/v1", "ReplicaSet", "web", "u-0", true, true), scan.Controller);
        Assert.Equal("front", scan.Labels.Get("tier"));
        Assert.Equal(2, scan.Labels.ToDictionary().Count);
        Assert.Equal(["n-1", "Running", "true", null, null, "web-1"], Enumerable.Range(0, 6).Select(scan.Field));
        Assert.Equal("default", scan.Field("metadata.namespace"));
    }

    [Fact]
    public void Splicing_a_resource_version_gives_a_document_with_it()
    {
        byte[] json = "{\"kind\":\"A\",\"metadata\": { \"name\":\"a\"},\"x\":1}"u8.ToArray();
        int at = MetadataScan.Read(json).SpliceAt;

        byte[] spliced = [.. json[..at], .. "\"resourceVersion\":\"9\","u8, .. json[at..]];

        MetadataScan scan = MetadataScan.Read(spliced);
        Assert.Equal("9", scan.ResourceVersion);
        Assert.Equal("a", scan.Name);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"metadata\":null}")]
    [InlineData("{\"metadata\":[1]}")]
    [InlineData("{\"metadata\":{\"labels\":null,\"finalizers\":null,\"ownerReferences\":7,\"annotations\":[],\"name\":null,\"generation\":\"x\"}}")]
    public void Missing_and_wrongly_typed_fields_read_as_absent(string json)
    {
        MetadataScan scan = MetadataScan.Read(Encoding.UTF8.GetBytes(json), PodFields);

        Assert.Equal("", scan.Name);
        Assert.Equal(0, scan.Generation);
        Assert.Equal(0, scan.Labels.Count);
        Assert.Empty(scan.Finalizers);
        Assert.Empty(scan.OwnerReferences);
        Assert.Null(scan.Annotation("a"));
        Assert.Null(scan.Field(0));
    }

    [Fact]
    public void A_document_that_is_no_object_or_too_deep_is_refused()
    {
        Assert.ThrowsAny<JsonException>(() => MetadataScan.Read("[]"u8.ToArray()));
        Assert.ThrowsAny<JsonException>(() => MetadataScan.Read(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 200))));
    }

    [Fact]
    public void Field_order_does_not_matter() => Gen.Shuffle(new[] { "status", "metadata", "kind", "spec", "apiVersion" }).Sample(order =>
    {
        var source = (JsonObject)KubeJson.Parse(Encoding.UTF8.GetBytes(Pod))!;
        var shuffled = new JsonObject();
        foreach (string field in order)
            shuffled[field] = source[field]!.DeepClone();

        MetadataScan scan = MetadataScan.Read(KubeJson.ToUtf8(shuffled), PodFields);

        Assert.Equal(("Pod", "web-1", "n-1", "Running"), (scan.Kind, scan.Name, scan.Field(0), scan.Field(1)));
    });

    [Fact]
    public void Scan_agrees_with_the_tree_for_any_texts() => Gen.Select(Gen.String, Gen.String, Gen.Dictionary(Gen.String, Gen.String)[0, 4]).Sample((name, node, labels) =>
    {
        if ((name + node + string.Concat(labels.Keys) + string.Concat(labels.Values)).Any(char.IsSurrogate))
            return;
        var json = new JsonObject
        {
            ["spec"] = new JsonObject { ["nodeName"] = node },
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject(labels.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))), ["name"] = name },
        };

        MetadataScan scan = MetadataScan.Read(KubeJson.ToUtf8(json), PodFields);

        Assert.Equal(name, scan.Name);
        Assert.Equal(node, scan.Field(0));
        Assert.Equal(labels, scan.Labels.ToDictionary());
    });

    [Fact]
    public void Paths_into_metadata_maps_are_followed()
    {
        var paths = new FieldPaths("metadata.annotations.note", "metadata.labels.app");

        MetadataScan scan = MetadataScan.Read(Encoding.UTF8.GetBytes(Pod), paths);

        Assert.Equal("a \"b\"", scan.Field(0));
        Assert.Equal("web", scan.Field(1));
        Assert.Equal(2, scan.Labels.Count);
        Assert.Equal(2, scan.Finalizers.Count);
    }

    [Fact]
    public void Partial_object_metadata_keeps_metadata_as_it_is_spelled()
    {
        JsonObject cut = KubeJson.ParseObject(PartialObjectMetadata.Cut(Encoding.UTF8.GetBytes(Pod)));

        Assert.Equal(["kind", "apiVersion", "metadata"], cut.Select(pair => pair.Key));
        Assert.Equal("PartialObjectMetadata", cut.String("kind"));
        Assert.True(JsonNode.DeepEquals(KubeJson.ParseObject(Encoding.UTF8.GetBytes(Pod))["metadata"], cut["metadata"]));
        Assert.Equal("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1beta1\",\"metadata\":{}}", Encoding.UTF8.GetString(PartialObjectMetadata.Cut("{}"u8.ToArray(), "v1beta1")));
    }
}
