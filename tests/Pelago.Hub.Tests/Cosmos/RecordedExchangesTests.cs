// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Hub.Tests.Cosmos;

/// <summary>What the page of DC/OS asks Cosmos in its own tests, and what it is answered there, as data (recordings/).</summary>
public sealed class RecordedExchangesTests(ServicesScene scene, SearchScene searches) : IClassFixture<ServicesScene>, IClassFixture<SearchScene>
{
    [Fact]
    public async Task Each_exchange_goes_as_it_was_recorded()
    {
        JsonArray exchanges = CosmosScene.Recording("exchanges.json").AsArray();
        foreach (JsonNode? exchange in exchanges)
        {
            JsonNode filled = JsonNode.Parse(exchange!.ToJsonString().Replace("{server}", scene.Server, StringComparison.Ordinal).Replace("{origin}", scene.Origin, StringComparison.Ordinal))!;
            string name = (string)filled["name"]!, kind = (string)filled["kind"]!;
            CosmosAnswer answer = await scene.Admin.PostAsync((string)filled["path"]!, kind, (int)filled["version"]!, filled["body"]!);

            Assert.True((int)filled["status"]! == answer.Code, $"{name}: {answer}");
            Assert.Equal(CosmosClient.Type(answer.Code == 200 ? $"{kind}-response" : "package.error", answer.Code == 200 ? (int)filled["version"]! : 1), answer.Type);
            Assert.True(Has(answer.Json, filled["answer"]), $"{name}: {answer.Json.ToJsonString()}");
        }

        Assert.Equal(17, exchanges.Count);
    }

    [Fact]
    public async Task A_recorded_search_finds_the_same_packages_in_the_same_order()
    {
        JsonArray recorded = CosmosScene.Recording("packages.json").AsArray();

        CosmosAnswer answer = await searches.Admin.PostAsync("/package/search", "package.search", 1, new JsonObject());

        Assert.Equal(200, answer.Code);
        Assert.Equal(recorded.Select(package => (string)package!["name"]!), answer.Json["packages"]!.AsArray().Select(package => (string)package!["name"]!));
        Assert.True(Has(answer.Json["packages"], recorded), answer.Json.ToJsonString());
    }

    [Theory]
    [InlineData("KAFKA", "confluent-kafka confluent-connect confluent-control-center confluent-replicator confluent-rest-proxy confluent-schema-registry kafka kafka-manager")]
    [InlineData("kafka*", "confluent-kafka confluent-connect confluent-control-center confluent-replicator confluent-rest-proxy confluent-schema-registry kafka kafka-manager")]
    [InlineData("*-proxy", "confluent-rest-proxy neo4j-proxy nginx marathon-lb avi")]
    [InlineData("kaf*ger", "kafka-manager")]
    [InlineData("none of them", "")]
    public async Task A_query_finds_what_Cosmos_finds(string query, string names)
    {
        CosmosAnswer answer = await searches.Admin.PostAsync("/package/search", "package.search", 1, new JsonObject { ["query"] = query });

        string[] expected = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Order(StringComparer.Ordinal), answer.Json["packages"]!.AsArray().Select(package => (string)package!["name"]!).Order(StringComparer.Ordinal));
    }

    /// <summary>Whether a document has all that another one says; lists are whole.</summary>
    private static bool Has(JsonNode? actual, JsonNode? expected) => expected switch
    {
        JsonObject fields => actual is JsonObject json && fields.All(field => Has(json[field.Key], field.Value)),
        JsonArray items => actual is JsonArray array && array.Count == items.Count && items.Zip(array).All(pair => Has(pair.Second, pair.First)),
        _ => JsonNode.DeepEquals(actual, expected),
    };
}
