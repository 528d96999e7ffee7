// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.CustomResources;
using Pelago.Engine.Registry;
using Pelago.Engine.Resources;
using Pelago.Engine.Tables;
using Pelago.Kube;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Engine.Tests.CustomResources;

public class CustomResourceRowTests
{
    [Fact]
    public void Versions_are_served_in_the_order_of_preference()
    {
        KubeObject definition = Accepted("""
            {"name":"v1beta1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
            {"name":"v2","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
            {"name":"v10","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
            {"name":"v3","served":false,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}
            """);

        ResourceKind row = CustomResourceRow.Make(definition)!;

        Assert.Equal(["v10", "v2", "v1beta1"], row.Versions.Select(version => version.Name));
        Assert.Equal("v1beta1", row.StorageVersion);
        Assert.Equal("example.com/v2 Boat is deprecated", row.Version("v2")!.DeprecationWarning);
        Assert.Null(row.Version("v10")!.DeprecationWarning);
        Assert.Same(row.Version("v1beta1")!.Schema, row.StoredSchema);
    }

    [Fact]
    public void Columns_subresources_and_fields_come_from_the_version()
    {
        KubeObject definition = Accepted("""
            {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}},
             "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size","priority":1,"description":"d"}],
             "subresources":{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}},
             "selectableFields":[{"jsonPath":".spec.color"}]}
            """);

        ResourceKind row = CustomResourceRow.Make(definition)!;

        Assert.Contains(new TableColumn("Size", "integer", "d", 1), row.Versions[0].Printer!.Columns);
        Assert.Equal(["scale", "status"], row.Subresources.Select(subresource => subresource.Name));
        Assert.Equal(new ScaleMapping("spec.n", "status.n", null), row.Subresource("scale")!.Scale);
        Assert.True(row.Fields.IsSelectable("spec.color"));
    }

    [Fact]
    public void A_write_that_had_begun_before_the_storage_version_changed_is_read_in_the_new_one()
    {
        KubeObject definition = Accepted("""{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""");
        definition.Metadata["generation"] = 2;
        definition.Metadata["resourceVersion"] = "10";
        ResourceKind row = CustomResourceRow.Make(definition)!;

        ReadOnlyMemory<byte> read = VersionedDocument.FromStored(
            row, row.Version("v2")!, """{"apiVersion":"example.com/v1","kind":"Boat","metadata":{"name":"x","resourceVersion":"12"}}"""u8.ToArray());

        Assert.Equal("example.com/v2", KubeObject.Parse(read).ApiVersion);
    }

    [Fact]
    public void Nothing_served_is_no_row() =>
        Assert.Null(CustomResourceRow.Make(Accepted("""{"name":"v1","served":false,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""")));

    [Fact]
    public void Metadata_is_the_built_in_one_with_the_names_restricted()
    {
        SchemaNode schema = CustomSchema.Read((JsonObject)JsonNode.Parse("""
            {"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":3}}},
             "part":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}
            """)!);
        var document = (JsonObject)JsonNode.Parse("""
            {"apiVersion":"example.com/v1","kind":"Boat","metadata":{"name":"long","labels":{"a":"b"},"bogus":1},"part":{"metadata":{"bogus":1,"name":"p"},"x":1}}
            """)!;

        Pruning.Prune(document, schema);
        IReadOnlyList<StatusCause> causes = Validation.Validate(document, schema);

        Assert.Equal("""{"name":"long","labels":{"a":"b"}}""", document["metadata"]!.ToJsonString());
        Assert.Equal("""{"metadata":{"name":"p"},"x":1}""", document["part"]!.ToJsonString());
        Assert.Equal("metadata.name: Too long: may not be more than 3 bytes", causes.Select(cause => $"{cause.Field}: {cause.Message}").Single());
    }

    private static KubeObject Accepted(string versions)
    {
        string definition = $$$"""
            {"metadata":{"name":"boats.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"boats","kind":"Boat"},
             "versions":[{{{versions}}}]},
             "status":{"acceptedNames":{"plural":"boats","singular":"boat","kind":"Boat","listKind":"BoatList"} } }
            """;
        return new KubeObject((JsonObject)JsonNode.Parse(definition)!);
    }
}
