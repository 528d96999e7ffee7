// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using Answer = Pelago.Engine.Tests.Server.EngineFixture.Answer;

namespace Pelago.Engine.Tests.CustomResources;

/// <summary>Makes definitions in the shared engine and waits for what the controller does with them, by watching.</summary>
internal sealed class CustomResourceClient(EngineFixture engine)
{
    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private const string Collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    /// <summary>A definition with one version; <paramref name="more"/> are further fields of the version, with a leading comma.</summary>
    public static string Definition(string group, string kind, string schema, string more = "", string scope = "Namespaced", string moreNames = "")
    {
        string plural = kind.ToLowerInvariant() + "s";
        return $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"{{{scope}}}","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}"{{{moreNames}}}},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}{{{more}}}}]}}
            """;
    }

    /// <summary>Creates a definition and waits until it is established.</summary>
    public async Task<JsonObject> EstablishAsync(string definition)
    {
        JsonObject created = await engine.CreateAsync(Collection, definition);
        return (await WaitAsync(new KubeObject(created).Name, json => ConditionOf(json, "Established") == "True"))!;
    }

    public Task<Answer> TryCreateAsync(string definition) => engine.SendAsync("POST", Collection, definition);

    /// <summary>Waits for a state of a definition; null is the state of being gone.</summary>
    public async Task<JsonObject?> WaitAsync(string name, Predicate<JsonObject?> wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        IKubeApi api = engine.Host.ApiFor("test");
        var query = new ListQuery { FieldSelector = $"metadata.name={name}" };
        KubeObject list = KubeObject.Parse((await api.ListAsync(new ResourcePath(Definitions), query, patience.Token)).BodyOrThrow());
        var now = list.Json.Array("items")!.OfType<JsonObject>().FirstOrDefault();
        if (wanted(now))
            return now;
        await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(Definitions), query with { ResourceVersion = list.ResourceVersion }, patience.Token))
        {
            now = change.Type == "DELETED" ? null : KubeJson.ParseObject(change.Object);
            if (wanted(now))
                return now;
        }
        throw new InvalidOperationException($"the watch of {name} ended");
    }

    public static string? ConditionOf(JsonObject? definition, string type, string field = "status") =>
        definition?.Object("status")?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type)?.String(field);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
