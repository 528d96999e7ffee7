// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Conformance.Harness;

/// <summary>A test with CustomResourceDefinitions in a group of its own, which are deleted afterwards.</summary>
public abstract class DefinitionTest(TestCluster cluster) : ApiTest(cluster)
{
    protected const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private readonly List<string> _defined = [];

    protected string Group { get; } = $"g{Guid.NewGuid().ToString("n")[..8]}.example.test";

    public override async ValueTask DisposeAsync()
    {
        foreach (string name in _defined)
            await Api.DeleteAsync($"{Definitions}/{name}");
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A namespaced definition's document; <paramref name="versions"/> is the JSON array of its versions.</summary>
    protected static string Definition(string plural, string kind, string group, string versions, string names = "", string labels = "{}") => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}","labels":{{{labels}}} },
         "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}"{{{names}}} },"versions":{{{versions}}} }}
        """;

    /// <summary>One version with a schema, as an element of the versions array.</summary>
    protected static string Version(string name, string schema = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""", bool storage = true, bool served = true) =>
        $$$"""{"name":"{{{name}}}","served":{{{(served ? "true" : "false")}}},"storage":{{{(storage ? "true" : "false")}}},"schema":{"openAPIV3Schema":{{{schema}}} } }""";

    /// <summary>Makes a definition and waits until its first version is served.</summary>
    protected async Task DefineAsync(string plural, string kind, string versions, string names = "", string? group = null)
    {
        string name = $"{plural}.{group ?? Group}";
        _defined.Add(name);
        (await Api.PostAsync(Definitions, Definition(plural, kind, group ?? Group, versions, names))).Expect(201);
        await Until(async () => IsEstablished((await Api.GetAsync($"{Definitions}/{name}")).Json), $"{name} is established");
        string first = JsonNode.Parse(versions)![0]!["name"]!.GetValue<string>();
        await Until(async () => (await Api.GetAsync(Collection(plural, first, group))).Code == 200, $"{name} is served");
    }

    protected string Collection(string plural, string version = "v1", string? group = null) => Path($"{group ?? Group}/{version}/{plural}");

    protected Task ForgetAsync(string plural) => Api.DeleteAsync($"{Definitions}/{plural}.{Group}");

    private static bool IsEstablished(JsonObject definition) =>
        definition["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => condition!["type"]!.GetValue<string>() == "Established" && condition["status"]!.GetValue<string>() == "True");
}
