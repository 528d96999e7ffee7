// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>Lists of type set and map hold no item twice (apiextensions pkg/apiserver/schema/listtype/validation.go).</summary>
internal static class ListUniqueness
{
    public static void Check(JsonNode? value, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        if (schema.DefinitionName is not null)
            return;
        if (value is JsonArray array)
        {
            CheckList(array, schema, path, causes);
        }
        else if (value is JsonObject json)
        {
            foreach ((string field, JsonNode? inner) in json)
            {
                if (inner is not (JsonObject or JsonArray) || schema.Field(field) is not { } child)
                    continue;
                path.Push(field);
                Check(inner, child, path, causes);
                path.Pop();
            }
        }
    }

    /// <summary>Equal for equal values, whatever the order of fields.</summary>
    public static string Identity(JsonNode? value) => value is null ? "null" : Encoding.UTF8.GetString(KubeJson.ToUtf8(Sorted(value)));

    private static void CheckList(JsonArray array, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        if (schema.ListType is "set" or "map")
            CheckItems(array, schema, path, causes);
        if (schema.Items is not { } items)
            return;
        for (int i = 0; i < array.Count; i++)
        {
            path.Push(i);
            Check(array[i], items, path, causes);
            path.Pop();
        }
    }

    private static void CheckItems(JsonArray array, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < array.Count; i++)
        {
            JsonNode? identity = schema.ListType == "map" ? Keys(array[i] as JsonObject, schema.ListMapKeys) : array[i];
            string text = Identity(identity);
            int times = seen[text] = seen.GetValueOrDefault(text) + 1;
            if (times == 2)
                causes.Add(FieldCause.Duplicate($"{path}[{i}]", identity));
        }
    }

    private static JsonObject Keys(JsonObject? item, IReadOnlyList<string> names)
    {
        var keys = new JsonObject();
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            if (item?.TryGetPropertyValue(name, out JsonNode? value) == true)
                keys[name] = value?.DeepClone();
        }
        return keys;
    }

    private static JsonNode Sorted(JsonNode value)
    {
        switch (value)
        {
            case JsonObject json:
                var sorted = new JsonObject();
                foreach ((string field, JsonNode? inner) in json.OrderBy(each => each.Key, StringComparer.Ordinal))
                    sorted[field] = inner is null ? null : Sorted(inner);
                return sorted;
            case JsonArray array:
                return new JsonArray([.. array.Select(inner => inner is null ? null : Sorted(inner))]);
            default:
                return value.DeepClone();
        }
    }
}
