// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using Answer = Pelago.Engine.Tests.Server.EngineFixture.Answer;

namespace Pelago.Engine.Tests.CustomResources;

/// <summary>Custom resources through the whole engine.</summary>
public class CustomResourceTests(EngineFixture engine)
{
    private readonly CustomResourceClient _definitions = new(engine);

    [Fact]
    public async Task A_definition_is_established_and_served_at_once()
    {
        JsonObject definition = await _definitions.EstablishAsync(CustomResourceClient.Definition("a.example.com", "Boat", """{"type":"object"}""",
            moreNames: ",\"shortNames\":[\"bt\"],\"categories\":[\"all\"]"));
        Answer list = await engine.GetAsync("/apis/a.example.com/v1/boats");
        Answer discovery = await engine.GetAsync("/apis/a.example.com/v1");

        Assert.Equal("True", CustomResourceClient.ConditionOf(definition, "NamesAccepted"));
        Assert.Equal("NoConflicts", CustomResourceClient.ConditionOf(definition, "NamesAccepted", "reason"));
        Assert.Equal("InitialNamesAccepted", CustomResourceClient.ConditionOf(definition, "Established", "reason"));
        Assert.Equal("""{"plural":"boats","singular":"boat","shortNames":["bt"],"kind":"Boat","listKind":"BoatList","categories":["all"]}""",
            Sorted(definition.Object("status")!.Object("acceptedNames")!, "plural", "singular", "shortNames", "kind", "listKind", "categories"));
        Assert.Equal("v1", (string)definition.Object("status")!.Array("storedVersions")![0]!);
        Assert.Equal("BoatList", list.Json.String("kind"));
        JsonObject row = discovery.Json.Array("resources")!.OfType<JsonObject>().Single();
        Assert.Equal("boat", row.String("singularName"));
        Assert.Equal("bt", (string)row.Array("shortNames")![0]!);
    }

    [Fact]
    public async Task An_object_is_pruned_defaulted_and_counted()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("b.example.com", "Boat", """
            {"type":"object","properties":{"spec":{"type":"object","properties":{
              "size":{"type":"integer","default":3},"name":{"type":"string","nullable":true},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"gone":{"type":"string"}}}}}
            """));
        string ns = await engine.NamespaceAsync();
        string path = $"/apis/b.example.com/v1/namespaces/{ns}/boats";

        JsonObject created = await engine.CreateAsync(path,
            """{"apiVersion":"b.example.com/v1","kind":"Boat","metadata":{"name":"x","bogus":1},"spec":{"name":null,"gone":null,"other":1,"free":{"a":1}},"more":1}""");
        created["spec"]!["size"] = 4;
        Answer updated = await engine.SendAsync("PUT", $"{path}/x", created.ToJsonString());

        Assert.Equal(200, updated.Code);
        Assert.Equal("""{"name":null,"free":{"a":1},"size":4}""", updated.Json.Object("spec")!.ToJsonString());
        Assert.False(updated.Json.ContainsKey("more"));
        Assert.False(updated.Json.Object("metadata")!.ContainsKey("bogus"));
        Assert.Equal(2, updated.Json.Object("metadata")!.Integer("generation"));
    }

    [Theory]
    [InlineData("""{"spec":{"size":"big"}}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("""{"spec":{"size":0}}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"spec":{"size":1,"color":"red"}}""", "spec.color: Unsupported value: \"red\": supported values: \"black\", \"white\"")]
    [InlineData("""{"spec":{}}""", "spec.size: Required value")]
    public async Task A_document_that_breaks_the_schema_is_refused(string content, string cause)
    {
        string group = $"c{Math.Abs(string.GetHashCode(content, StringComparison.Ordinal))}.example.com";
        await _definitions.EstablishAsync(CustomResourceClient.Definition(group, "Boat", """
            {"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{
              "size":{"type":"integer","minimum":1},"color":{"type":"string","enum":["black","white"]}}}}}
            """, scope: "Cluster"));
        var body = (JsonObject)JsonNode.Parse(content)!;
        body["metadata"] = new JsonObject { ["name"] = "x" };

        Answer answer = await engine.SendAsync("POST", $"/apis/{group}/v1/boats", body.ToJsonString());

        Assert.Equal(422, answer.Code);
        Assert.Equal($"Boat.{group} \"x\" is invalid: {cause}", answer.Json.String("message"));
    }

    [Fact]
    public async Task Unknown_fields_are_refused_when_asked_strictly()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("d.example.com", "Boat", """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}
            """, scope: "Cluster"));

        Answer answer = await engine.SendAsync("POST", "/apis/d.example.com/v1/boats?fieldValidation=Strict",
            """{"apiVersion":"d.example.com/v1","kind":"Boat","metadata":{"name":"x"},"spec":{"siz":1,"size":1,"size":2}}""");

        Assert.Equal(400, answer.Code);
        Assert.EndsWith("strict decoding error: unknown field \"spec.siz\", duplicate field \"spec.size\"", answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_scale_are_subresources_when_asked_for()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("e.example.com", "Fleet", """
            {"type":"object","properties":{
              "spec":{"type":"object","properties":{"boats":{"type":"integer"}}},
              "status":{"type":"object","properties":{"boats":{"type":"integer"},"selector":{"type":"string"}}}}}
            """, ",\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.boats\",\"statusReplicasPath\":\".status.boats\",\"labelSelectorPath\":\".status.selector\"}}",
            scope: "Cluster"));
        const string path = "/apis/e.example.com/v1/fleets/f";
        JsonObject created = await engine.CreateAsync("/apis/e.example.com/v1/fleets",
            """{"apiVersion":"e.example.com/v1","kind":"Fleet","metadata":{"name":"f"},"spec":{"boats":2},"status":{"boats":9}}""");

        Answer status = await engine.SendAsync("PATCH", $"{path}/status", """{"spec":{"boats":7},"status":{"boats":1,"selector":"a=b"}}""", "application/merge-patch+json");
        Answer scale = await engine.GetAsync($"{path}/scale");
        Answer scaled = await engine.SendAsync("PATCH", $"{path}/scale", """{"spec":{"replicas":5}}""", "application/merge-patch+json");
        Answer after = await engine.GetAsync(path);

        Assert.False(created.ContainsKey("status"));
        Assert.Equal(200, status.Code);
        Assert.Equal(2, status.Json.Object("spec")!.Integer("boats"));
        Assert.Equal("""{"replicas":1,"selector":"a=b"}""", scale.Json.Object("status")!.ToJsonString());
        Assert.Equal(200, scaled.Code);
        Assert.Equal(5, after.Json.Object("spec")!.Integer("boats"));
        Assert.Equal(2, after.Json.Object("metadata")!.Integer("generation"));
    }

    [Fact]
    public async Task Objects_are_selected_by_the_fields_that_the_definition_names()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("f.example.com", "Boat", """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"color":{"type":"string"}}}}}
            """, ",\"selectableFields\":[{\"jsonPath\":\".spec.color\"}]", scope: "Cluster"));
        foreach (string color in new[] { "red", "blue" })
            await engine.CreateAsync("/apis/f.example.com/v1/boats", $$$"""{"metadata":{"name":"{{{color}}}"},"spec":{"color":"{{{color}}}"}}""");

        Answer blue = await engine.GetAsync("/apis/f.example.com/v1/boats?fieldSelector=spec.color%3Dblue");
        Answer unknown = await engine.GetAsync("/apis/f.example.com/v1/boats?fieldSelector=spec.size%3D1");

        Assert.Equal("blue", new KubeObject((JsonObject)blue.Json.Array("items")!.Single()!).Name);
        Assert.Equal(400, unknown.Code);
    }

    [Fact]
    public async Task A_name_that_another_definition_has_is_not_accepted_until_it_is_free()
    {
        JsonObject first = await _definitions.EstablishAsync(CustomResourceClient.Definition("g.example.com", "Boat", """{"type":"object"}""",
            moreNames: ",\"shortNames\":[\"bt\"]"));
        await engine.CreateAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            CustomResourceClient.Definition("g.example.com", "Bottle", """{"type":"object"}""", moreNames: ",\"shortNames\":[\"bt\"]"));

        JsonObject refused = (await _definitions.WaitAsync("bottles.g.example.com", json => CustomResourceClient.ConditionOf(json, "NamesAccepted") == "False"))!;
        Answer missing = await engine.GetAsync("/apis/g.example.com/v1/bottles");
        await engine.SendAsync("DELETE", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{new KubeObject(first).Name}");
        JsonObject accepted = (await _definitions.WaitAsync("bottles.g.example.com", json => CustomResourceClient.ConditionOf(json, "Established") == "True"))!;

        Assert.Equal(("ShortNamesConflict", "\"bt\" is already in use"),
            (CustomResourceClient.ConditionOf(refused, "NamesAccepted", "reason"), CustomResourceClient.ConditionOf(refused, "NamesAccepted", "message")));
        Assert.Equal("NotAccepted", CustomResourceClient.ConditionOf(refused, "Established", "reason"));
        Assert.Equal(404, missing.Code);
        Assert.Equal("True", CustomResourceClient.ConditionOf(accepted, "NamesAccepted"));
    }

    [Fact]
    public async Task Objects_go_before_their_definition_and_then_the_path_is_gone()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("h.example.com", "Boat", """{"type":"object"}"""));
        string ns = await engine.NamespaceAsync(), other = await engine.NamespaceAsync();
        foreach (string where in new[] { ns, other })
            await engine.CreateAsync($"/apis/h.example.com/v1/namespaces/{where}/boats", """{"metadata":{"name":"x"}}""");
        await engine.CreateAsync($"/apis/h.example.com/v1/namespaces/{ns}/boats", """{"metadata":{"name":"held","finalizers":["example.com/hold"]}}""");

        await engine.SendAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.h.example.com");
        JsonObject terminating = (await _definitions.WaitAsync("boats.h.example.com", json => CustomResourceClient.ConditionOf(json, "Terminating") == "True"))!;
        Answer refused = await engine.SendAsync("POST", $"/apis/h.example.com/v1/namespaces/{ns}/boats", """{"metadata":{"name":"late"}}""");
        await engine.SendAsync("PATCH", $"/apis/h.example.com/v1/namespaces/{ns}/boats/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await _definitions.WaitAsync("boats.h.example.com", json => json is null);
        Answer gone = await WaitForAsync(() => engine.GetAsync($"/apis/h.example.com/v1/namespaces/{ns}/boats"), answer => answer.Code == 404);

        Assert.Equal("InstanceDeletionInProgress", CustomResourceClient.ConditionOf(terminating, "Terminating", "reason"));
        Assert.Equal(405, refused.Code);
        Assert.Equal(404, gone.Code);
    }

    [Fact]
    public async Task A_changed_schema_counts_for_the_next_write_and_the_next_document()
    {
        JsonObject definition = await _definitions.EstablishAsync(CustomResourceClient.Definition("i.example.com", "Boat", """{"type":"object"}""", scope: "Cluster"));
        string before = (await engine.GetAsync("/openapi/v3/apis/i.example.com/v1")).Text;

        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"] =
            JsonNode.Parse("""{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}""");
        Answer updated = await engine.SendAsync("PUT", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.i.example.com", definition.ToJsonString());
        Answer after = await WaitForAsync(() => engine.GetAsync("/openapi/v3/apis/i.example.com/v1"), answer => answer.Text != before);
        JsonObject created = await engine.CreateAsync("/apis/i.example.com/v1/boats", """{"metadata":{"name":"x"},"spec":{"size":1}}""");

        Assert.Equal(200, updated.Code);
        Assert.Contains("\"size\":", after.Text, StringComparison.Ordinal);
        Assert.Equal(1, created.Object("spec")!.Integer("size"));
    }

    [Fact]
    public async Task A_watch_ends_with_the_form_in_which_its_kind_was_served()
    {
        JsonObject definition = await _definitions.EstablishAsync(CustomResourceClient.Definition("k.example.com", "Boat", """{"type":"object"}""", scope: "Cluster"));
        await engine.CreateAsync("/apis/k.example.com/v1/boats", """{"metadata":{"name":"x"}}""");
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using HttpResponseMessage byOldForm = await engine.Http.GetAsync("/apis/k.example.com/v1/boats?watch=1", HttpCompletionOption.ResponseHeadersRead, cancel);

        definition["spec"]!["versions"]!.AsArray().Add(JsonNode.Parse("""{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}"""));
        await engine.SendAsync("PUT", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.k.example.com", definition.ToJsonString());
        string changed = await byOldForm.Content.ReadAsStringAsync(cancel);
        using HttpResponseMessage byNewForm = await engine.Http.GetAsync("/apis/k.example.com/v2/boats?watch=1", HttpCompletionOption.ResponseHeadersRead, cancel);
        await engine.SendAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.k.example.com");
        string gone = await byNewForm.Content.ReadAsStringAsync(cancel);

        Assert.Equal(["ADDED"], TypesOf(changed));
        Assert.Equal(["ADDED", "DELETED"], TypesOf(gone));
    }

    [Fact]
    public async Task Rules_that_are_not_evaluated_are_accepted_with_a_warning()
    {
        Answer answer = await _definitions.TryCreateAsync(CustomResourceClient.Definition("j.example.com", "Boat",
            """{"type":"object","x-kubernetes-validations":[{"rule":"self.spec.a < 1"}],"properties":{"spec":{"type":"object","properties":{"a":{"type":"string","format":"shape"}}}}}"""));

        Assert.Equal(201, answer.Code);
        Assert.Contains(Warnings(answer), warning => warning.Contains("does not evaluate", StringComparison.Ordinal));
        Assert.Contains(Warnings(answer), warning => warning.Contains("unrecognized format \\\"shape\\\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_of_all_namespaces_are_listed_and_nothing_else()
    {
        await _definitions.EstablishAsync(CustomResourceClient.Definition("everywhere.example.com", "Boat", """{"type":"object"}"""));

        Answer list = await WaitForAsync(() => engine.GetAsync("/apis/everywhere.example.com/v1/boats"), answer => answer.Code == 200);
        Answer deleted = await engine.SendAsync("DELETE", "/apis/everywhere.example.com/v1/boats");
        Answer created = await engine.SendAsync("POST", "/apis/everywhere.example.com/v1/boats", "{}");

        Assert.Equal((200, 404, 404), (list.Code, deleted.Code, created.Code));
    }

    private static async Task<Answer> WaitForAsync(Func<Task<Answer>> ask, Predicate<Answer> wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            Answer answer = await ask();
            if (wanted(answer))
                return answer;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static IEnumerable<string> Warnings(Answer answer) => answer.Response.Headers.TryGetValues("Warning", out IEnumerable<string>? values) ? values : [];

    private static string Sorted(JsonObject json, params string[] order) =>
        new JsonObject(order.Select(name => KeyValuePair.Create(name, json[name]?.DeepClone()))).ToJsonString();

    private static IEnumerable<string?> TypesOf(string events) =>
        events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject().String("type"));
}
