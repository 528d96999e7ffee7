// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Tests.Patch;

/// <summary>
/// Random documents of a schema and random patches for them, from small pools of names and values, so that they meet. Patches stay away
/// from what upstream's engines crash on or do in the order of a hash map.
/// </summary>
internal sealed class PatchGenerator(Random random)
{
    private static readonly string[] Words = ["a", "b", "c", "d", "e"];
    private static readonly long[] Numbers = [0, 1, 2, 80, 443];

    public JsonObject Document(string kind, string apiVersion)
    {
        SchemaNode schema = PatchSchemas.Of(kind);
        var document = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        foreach ((string name, SchemaNode node) in schema.Properties!)
        {
            if (!document.ContainsKey(name))
                document[name] = Value(node);
        }
        document["metadata"]!["name"] = "x";
        return document;
    }

    public JsonNode Patch(string type, JsonObject document, string kind) => type switch
    {
        "json" => new JsonPatchGenerator(random, this).Patch(document),
        "strategic" => Root(PatchSchemas.Of(kind), strategic: true),
        _ => Root(PatchSchemas.Of(kind), strategic: false),
    };

    public JsonNode Value(SchemaNode node) => node switch
    {
        { Properties: not null } => Filled(node.Properties, node.PatchMergeKey),
        { AdditionalProperties: { } values } => new JsonObject(
            Pick(Words, 0.4).Select(name => KeyValuePair.Create<string, JsonNode?>(name, Value(values)))),
        { Type: "array", Items: { } items } => new JsonArray([.. Items(items, node.PatchMergeKey, 0.4)]),
        { Type: "integer" } => Numbers[random.Next(Numbers.Length)],
        { Type: "boolean" } => random.Next(2) == 0,
        _ => Words[random.Next(Words.Length)],
    };

    public JsonNode Anything() => random.Next(6) switch
    {
        0 => new JsonObject { [Word()] = Word(), [Word() + "n"] = new JsonObject { ["x"] = 1 } },
        1 => new JsonArray(Word(), Word()),
        2 => Numbers[random.Next(Numbers.Length)],
        3 => true,
        _ => Word(),
    };

    public string Word() => Words[random.Next(Words.Length)];

    public bool Chance(double share) => random.NextDouble() < share;

    private JsonObject Filled(Dictionary<string, SchemaNode> fields, string? always)
    {
        var json = new JsonObject();
        foreach ((string name, SchemaNode node) in fields)
        {
            if (name == always || Chance(0.5))
                json[name] = Value(node);
        }
        return json;
    }

    /// <summary>Items with distinct keys, or distinct primitives.</summary>
    private IEnumerable<JsonNode?> Items(SchemaNode items, string? mergeKey, double share)
    {
        if (items.Properties is null)
            return Keys(items, share);
        if (mergeKey is null)
            return Pick(Words, share).Select(_ => Value(items));
        return Keys(items.Properties[mergeKey], share).Select(JsonNode? (key) =>
        {
            JsonObject item = Filled(items.Properties, null);
            item[mergeKey] = key;
            return item;
        });
    }

    private IEnumerable<JsonNode?> Keys(SchemaNode scalar, double share)
    {
        IEnumerable<JsonNode?> pool = scalar.Type == "integer" ? Numbers.Select(JsonNode? (number) => number) : Words.Select(JsonNode? (word) => word);
        JsonNode?[] keys = [.. pool];
        random.Shuffle(keys);
        return keys.Where(_ => Chance(share));
    }

    private IEnumerable<T> Pick<T>(T[] pool, double share) => pool.Where(_ => Chance(share)).ToList();

    private JsonObject Root(SchemaNode schema, bool strategic)
    {
        var patch = new JsonObject();
        foreach ((string name, SchemaNode node) in schema.Properties!)
        {
            if (name is not ("apiVersion" or "kind"))
                AddField(patch, name, node, strategic);
        }
        return patch;
    }

    private JsonNode ObjectPatch(SchemaNode schema, bool strategic)
    {
        var patch = new JsonObject();
        foreach ((string name, SchemaNode node) in schema.Properties?.AsEnumerable() ?? Words.Select(word => KeyValuePair.Create(word, schema.AdditionalProperties!)))
        {
            if (Chance(0.35))
                AddField(patch, name, node, strategic);
        }
        if (strategic && Chance(0.04))
            patch["$patch"] = random.Next(5) switch { 0 => "merge", 1 or 2 => "delete", _ => "replace" };
        if (strategic && Chance(0.05))
            patch["$retainKeys"] = new JsonArray([.. patch.Select(field => field.Key).Where(name => name[0] != '$' && Chance(0.95)).Append(Word()).Select(name => (JsonNode?)name)]);
        return patch;
    }

    private void AddField(JsonObject patch, string name, SchemaNode node, bool strategic)
    {
        if (Chance(0.1))
            patch[name] = null;
        else if (Chance(0.03))
            patch[name] = Anything();
        else if (node.Properties is not null || node.AdditionalProperties is not null)
            patch[name] = ObjectPatch(node, strategic);
        else if (strategic && node.PatchStrategy is not null && node.Type == "array")
            AddList(patch, name, node);
        else
            patch[name] = Value(node);
    }

    private void AddList(JsonObject patch, string name, SchemaNode node)
    {
        SchemaNode items = node.Items!;
        var list = new JsonArray();
        if (items.Properties is null)
        {
            JsonNode?[] values = [.. Keys(items, 0.6)];
            int deleted = random.Next(values.Length + 1);
            if (Chance(0.4))
                patch[$"$deleteFromPrimitiveList/{name}"] = new JsonArray([.. values[..deleted]]);
            list = [.. values[deleted..]];
        }
        else
        {
            foreach (JsonNode? key in Keys(items.Properties[node.PatchMergeKey!], 0.5))
            {
                var item = (JsonObject)ObjectPatch(items, strategic: true);
                item.Remove("$patch");
                item[node.PatchMergeKey!] = key;
                if (Chance(0.2))
                    item["$patch"] = "delete";
                list.Add((JsonNode)item);
            }
            if (Chance(0.05))
                list.Add((JsonNode)new JsonObject { ["$patch"] = "replace" });
        }
        if (Chance(0.3))
            patch[$"$setElementOrder/{name}"] = Order(list, node);
        if (list.Count > 0 || Chance(0.5))
            patch[name] = list;
    }

    /// <summary>The list's keys in their order with others between them; now and then any keys in any order.</summary>
    private JsonArray Order(JsonArray list, SchemaNode node)
    {
        string? key = node.PatchMergeKey;
        var order = new JsonArray();
        IEnumerable<JsonNode?> named = list.Where(item => item is not JsonObject json || !json.ContainsKey("$patch"));
        if (Chance(0.1))
            named = named.OrderBy(_ => random.Next());
        List<JsonNode?> keys = [.. named.Select(item => (key is null ? item : item![key])?.DeepClone())];
        foreach (JsonNode? other in Keys(key is null ? node.Items! : node.Items!.Properties![key], 0.4))
        {
            if (!keys.Exists(one => JsonEquality.DeepEquals(one, other)))
                keys.Insert(random.Next(keys.Count + 1), other);
        }
        foreach (JsonNode? one in keys)
            order.Add(key is null ? one : new JsonObject { [key] = one });
        return order;
    }
}
