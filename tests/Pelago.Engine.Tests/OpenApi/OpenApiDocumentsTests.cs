// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Pelago.Engine.OpenApi;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Engine.Tests.OpenApi;

public class OpenApiDocumentsTests
{
    private readonly ResourceRegistry _registry = new(BuiltInKinds.All(new RowSources { Schema = BuiltInSchemas.Instance.Find }));
    private readonly OpenApiDocuments _documents;

    public OpenApiDocumentsTests() => _documents = new OpenApiDocuments(_registry, "v1.33.0");

    [Fact]
    public void The_index_names_every_group_version()
    {
        string[] paths = [.. _documents.Index().Select(each => each.Path)];

        Assert.Contains("api/v1", paths);
        Assert.Contains("apis/apps/v1", paths);
        Assert.Contains("apis/autoscaling/v1", paths);
        Assert.Contains("apis/autoscaling/v2", paths);
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
    }

    [Fact]
    public void Every_reference_of_every_document_leads_somewhere()
    {
        foreach ((string path, _) in _documents.Index())
            AssertReferences(Json(_documents.Version3(path)!), "#/components/schemas/", document => document.GetProperty("components").GetProperty("schemas"));
        AssertReferences(Json(_documents.Version2()), "#/definitions/", document => document.GetProperty("definitions"));
    }

    [Theory]
    [InlineData("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}", "", "v1", "Pod")]
    [InlineData("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status", "apps", "v1", "Deployment")]
    [InlineData("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale", "autoscaling", "v1", "Scale")]
    [InlineData("api/v1", "/api/v1/nodes/{name}", "", "v1", "Node")]
    public void A_patch_says_its_kind_parameters_and_content_types(string document, string path, string group, string version, string kind)
    {
        JsonElement patch = Json(_documents.Version3(document)!).GetProperty("paths").GetProperty(path).GetProperty("patch");

        JsonElement gvk = patch.GetProperty("x-kubernetes-group-version-kind");
        Assert.Equal((group, version, kind),
            (gvk.GetProperty("group").GetString(), gvk.GetProperty("version").GetString(), gvk.GetProperty("kind").GetString()));
        Assert.Equal(["dryRun", "fieldManager", "fieldValidation", "force"],
            patch.GetProperty("parameters").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        Assert.Contains("application/strategic-merge-patch+json",
            patch.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(each => each.Name));
    }

    [Fact]
    public void A_definition_carries_what_patches_and_explain_need()
    {
        JsonElement spec = Definition("api/v1", "io.k8s.api.core.v1.PodSpec");
        JsonElement containers = spec.GetProperty("properties").GetProperty("containers");
        JsonElement pod = Definition("api/v1", "io.k8s.api.core.v1.Pod");

        Assert.Equal("name", containers.GetProperty("x-kubernetes-patch-merge-key").GetString());
        Assert.Equal("merge", containers.GetProperty("x-kubernetes-patch-strategy").GetString());
        Assert.StartsWith("List of containers", containers.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("containers", spec.GetProperty("required")[0].GetString());
        Assert.Equal("Pod", pod.GetProperty("x-kubernetes-group-version-kind")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public void A_custom_kind_is_published_at_once_and_other_documents_stay()
    {
        OpenApiDocument pods = _documents.Version3("api/v1")!;
        string swagger = _documents.Version2().Hash;
        Assert.Null(_documents.Version3("apis/example.com/v1"));

        _registry.Set(CronTab("""{"type":"object","properties":{"spec":{"type":"object","description":"What is wanted.","properties":{"size":{"type":"integer","minimum":1}}}}}"""));

        JsonElement definition = Definition("apis/example.com/v1", "com.example.v1.CronTab");
        Assert.Equal("What is wanted.", definition.GetProperty("properties").GetProperty("spec").GetProperty("description").GetString());
        Assert.Equal("CronTab", definition.GetProperty("x-kubernetes-group-version-kind")[0].GetProperty("kind").GetString());
        Assert.Equal("CronTabList", Definition("apis/example.com/v1", "com.example.v1.CronTabList").GetProperty("x-kubernetes-group-version-kind")[0].GetProperty("kind").GetString());
        Assert.Same(pods, _documents.Version3("api/v1"));
        Assert.NotEqual(swagger, _documents.Version2().Hash);
        Assert.True(Json(_documents.Version2()).GetProperty("definitions").TryGetProperty("com.example.v1.CronTab", out _));
    }

    [Fact]
    public void A_changed_schema_has_another_hash_and_a_removed_kind_has_none()
    {
        _registry.Set(CronTab("""{"type":"object"}"""));
        string first = Hash("apis/example.com/v1");

        _registry.Set(CronTab("""{"type":"object","properties":{"spec":{"type":"object"}}}"""));
        string second = Hash("apis/example.com/v1");
        _registry.Remove(new("example.com", "crontabs"));

        Assert.NotEqual(first, second);
        Assert.DoesNotContain(_documents.Index(), each => each.Path == "apis/example.com/v1");
    }

    [Fact]
    public void Version_2_leaves_out_what_it_has_no_words_for()
    {
        _registry.Set(CronTab("""
            {"type":"object","properties":{
              "maybe":{"type":"string","nullable":true,"enum":["a"]},
              "port":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}}}
            """));

        JsonElement two = Json(_documents.Version2()).GetProperty("definitions").GetProperty("com.example.v1.CronTab").GetProperty("properties");
        JsonElement three = Definition("apis/example.com/v1", "com.example.v1.CronTab").GetProperty("properties");

        Assert.Equal("{}", two.GetProperty("maybe").GetRawText());
        Assert.Equal("""{"x-kubernetes-int-or-string":true}""", two.GetProperty("port").GetRawText());
        Assert.False(two.GetProperty("free").TryGetProperty("properties", out _));
        Assert.True(three.GetProperty("maybe").GetProperty("nullable").GetBoolean());
        Assert.Equal(2, three.GetProperty("port").GetProperty("anyOf").GetArrayLength());
        Assert.True(three.GetProperty("free").TryGetProperty("properties", out _));
    }

    private static ResourceKind CronTab(string schema) => new()
    {
        Group = "example.com",
        Versions = [new ServedVersion { Name = "v1", Schema = new Lazy<SchemaNode?>(() => SchemaReader.Read(Encoding.UTF8.GetBytes(schema))) }],
        StorageVersion = "v1",
        Kind = "CronTab",
        ListKind = "CronTabList",
        Plural = "crontabs",
        Singular = "crontab",
        Namespaced = true,
        StoreName = "crontabs.example.com",
        IsCustom = true,
    };

    private string Hash(string path) => _documents.Index().Single(each => each.Path == path).Hash;

    private JsonElement Definition(string path, string name) =>
        Json(_documents.Version3(path)!).GetProperty("components").GetProperty("schemas").GetProperty(name);

    private static JsonElement Json(OpenApiDocument document)
    {
        using JsonDocument json = JsonDocument.Parse(document.Unpack());
        return json.RootElement.Clone();
    }

    private static void AssertReferences(JsonElement document, string prefix, Func<JsonElement, JsonElement> definitions)
    {
        var known = definitions(document).EnumerateObject().Select(each => prefix + each.Name).ToHashSet();
        var missing = new HashSet<string>();
        Walk(document);
        Assert.Empty(missing);

        void Walk(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                    Walk(item);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (property.Name == "$ref" && property.Value.ValueKind == JsonValueKind.String && !known.Contains(property.Value.GetString()!))
                        missing.Add(property.Value.GetString()!);
                    Walk(property.Value);
                }
            }
        }
    }
}
