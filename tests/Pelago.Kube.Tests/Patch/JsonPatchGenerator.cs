// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Tests.Patch;

/// <summary>Random JSON patches: operations on places that a document has, and beside them.</summary>
internal sealed class JsonPatchGenerator(Random random, PatchGenerator values)
{
    private static readonly string[] Odd = ["-", "0", "1", "-1", "-2", "9", "+1", "x", "zz", "a~1b", "~01"];

    public JsonArray Patch(JsonObject document)
    {
        List<string> places = [];
        Collect(document, "", places);
        places.RemoveAll(place => place is "/apiVersion" or "/kind" or "/metadata");
        var patch = new JsonArray();
        int count = random.Next(1, 6);
        for (int i = 0; i < count; i++)
            patch.Add((JsonNode)Operation(document, places, last: i == count - 1));
        return patch;
    }

    private JsonObject Operation(JsonObject document, List<string> places, bool last)
    {
        string place = places[random.Next(places.Count)];
        string kind = random.Next(12) switch { 0 or 1 or 2 => "add", 3 or 4 => "remove", 5 or 6 => "replace", 7 => "move", 8 => "copy", _ => "test" };
        var operation = new JsonObject { ["op"] = kind, ["path"] = place };
        switch (kind)
        {
            case "remove":
                break;
            case "move" or "copy":
                operation["from"] = place;
                operation["path"] = Near(places);
                break;
            case "test":
                operation["value"] = values.Chance(0.9) ? At(document, place)?.DeepClone() : values.Anything();
                break;
            default:
                operation["path"] = values.Chance(0.5) ? Near(places) : place;
                operation["value"] = last && values.Chance(0.1) ? null : values.Anything();
                break;
        }
        return operation;
    }

    /// <summary>A known place with another last token.</summary>
    private string Near(List<string> places)
    {
        string place = places[random.Next(places.Count)];
        string token = values.Chance(0.5) ? values.Word() : Odd[random.Next(Odd.Length)];
        string near = $"{place[..place.LastIndexOf('/')]}/{token}";
        return near is "/apiVersion" or "/kind" or "/metadata" ? "/spec" : near;
    }

    private static void Collect(JsonNode? node, string path, List<string> places)
    {
        if (node is JsonObject json)
        {
            foreach ((string name, JsonNode? value) in json)
            {
                places.Add($"{path}/{name}");
                Collect(value, $"{path}/{name}", places);
            }
        }
        else if (node is JsonArray array)
        {
            for (int i = 0; i < array.Count; i++)
            {
                places.Add($"{path}/{i}");
                Collect(array[i], $"{path}/{i}", places);
            }
        }
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (string token in path.Split('/').Skip(1))
            node = node is JsonArray array ? array[int.Parse(token)] : node![token];
        return node;
    }
}
