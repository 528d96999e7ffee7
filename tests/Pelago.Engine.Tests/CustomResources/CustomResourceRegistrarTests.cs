// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.CustomResources;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.CustomResources;

public class CustomResourceRegistrarTests
{
    private readonly ResourceRegistry _registry = new(BuiltInKinds.All(new RowSources { Schema = BuiltInSchemas.Instance.Find }));
    private readonly CustomResourceRegistrar _registrar;

    public CustomResourceRegistrarTests() => _registrar = new CustomResourceRegistrar(_registry);

    [Fact]
    public void A_definition_is_served_while_its_names_are_accepted()
    {
        _registrar.Update(Definition("example.com", generation: 1));
        ResourceKind? served = Find("example.com");
        _registrar.Update(Definition("example.com", generation: 2, accepted: "False"));

        Assert.True(served!.IsCustom);
        Assert.Null(Find("example.com"));
    }

    [Fact]
    public void A_row_is_replaced_only_when_its_definition_changed()
    {
        _registrar.Update(Definition("example.com", generation: 1));
        ResourceKind first = Find("example.com")!;
        KubeObject touched = Definition("example.com", generation: 1);
        touched.Metadata["labels"] = new JsonObject { ["a"] = "b" };

        _registrar.Update(touched);
        ResourceKind same = Find("example.com")!;
        _registrar.Update(Definition("example.com", generation: 2));

        Assert.Same(first, same);
        Assert.NotSame(first, Find("example.com"));
    }

    [Fact]
    public void A_deleted_definition_takes_no_new_objects_and_then_is_gone()
    {
        KubeObject definition = Definition("example.com", generation: 1);
        definition.Metadata["deletionTimestamp"] = "2024-01-02T03:04:05Z";

        _registrar.Update(definition);
        ResourceKind terminating = Find("example.com")!;
        _registrar.Remove(definition.Name);

        Assert.DoesNotContain("create", terminating.Verbs);
        Assert.Contains("delete", terminating.Verbs);
        Assert.Null(Find("example.com"));
    }

    [Fact]
    public void What_was_begun_with_a_row_ends_with_a_change_of_its_definition_or_with_its_end_and_not_with_the_wish_to_delete_it()
    {
        _registrar.Update(Definition("example.com", generation: 1));
        ResourceKind first = Find("example.com")!;
        _registrar.Update(Definition("example.com", generation: 2));
        ResourceKind second = Find("example.com")!;
        KubeObject deleted = Definition("example.com", generation: 2);
        deleted.Metadata["generation"] = 3;
        deleted.Metadata["deletionTimestamp"] = "2024-01-02T03:04:05Z";
        _registrar.Update(deleted);

        Assert.True(first.Outdated.IsCancellationRequested);
        Assert.False(second.Outdated.IsCancellationRequested);
        Assert.Equal(second.Outdated, Find("example.com")!.Outdated);
        _registrar.Remove(deleted.Name);
        Assert.True(second.Outdated.IsCancellationRequested);
    }

    [Fact]
    public void A_built_in_kind_is_never_replaced()
    {
        KubeObject definition = Definition("networking.k8s.io", generation: 1);
        definition.Spec!.Object("names")!["plural"] = "ingresses";

        _registrar.Update(definition);

        Assert.False(_registry.Current.Find(new GroupResource("networking.k8s.io", "ingresses"))!.IsCustom);
    }

    [Fact]
    public async Task What_the_store_holds_is_served_again()
    {
        await using IRevisionStore store = MemoryRevisionStore.Create(new StoreOptions { Time = TimeProvider.System });
        IResourceStore definitions = store.Resource("customresourcedefinitions.apiextensions.k8s.io");
        KubeObject definition = Definition("example.com", generation: 1);
        byte[] json = definition.ToUtf8();
        int splice = json.AsSpan().IndexOf("\"metadata\":{"u8) + "\"metadata\":{".Length;
        await definitions.WriteAsync(new Write(definition.Key, Write.MustNotExist, json, splice), TestContext.Current.CancellationToken);

        _registrar.Restore(definitions.Current);

        Assert.Equal("Boat", Find("example.com")!.Kind);
    }

    private ResourceKind? Find(string group) => _registry.Current.Find(new GroupResource(group, "boats"));

    private static KubeObject Definition(string group, int generation, string accepted = "True")
    {
        string definition = $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
             "metadata":{"name":"boats.{{{group}}}","uid":"u","generation":{{{generation}}}},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"boats","kind":"Boat","singular":"boat{{{generation}}}"},
               "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]},
             "status":{"acceptedNames":{"plural":"boats","kind":"Boat","listKind":"BoatList"},"conditions":[{"type":"NamesAccepted","status":"{{{accepted}}}"}]} }
            """;
        return new KubeObject((JsonObject)JsonNode.Parse(definition)!);
    }
}
