// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>x-kubernetes-list-type, -list-map-keys and -map-type of one schema.</summary>
internal static class ListRules
{
    public static void Check(JsonObject schema, string path, List<StatusCause> causes)
    {
        string type = schema.String("type") ?? "";
        if (schema.String("x-kubernetes-map-type") is { } mapType)
        {
            if (type != "object")
                causes.Add(WrongType(type, path, "must be object if x-kubernetes-map-type is specified"));
            if (mapType is not ("atomic" or "granular"))
                causes.Add(FieldCause.NotSupported($"{path}.x-kubernetes-map-type", mapType, ["atomic", "granular"]));
        }
        string? listType = schema.String("x-kubernetes-list-type");
        if (listType is not null && type != "array")
            causes.Add(WrongType(type, path, "must be array if x-kubernetes-list-type is specified"));
        else if (listType == "set" && schema.Object("items") is { } items)
            CheckSetItem(items, path, causes);
        if (listType is not (null or "atomic" or "set" or "map"))
            causes.Add(FieldCause.NotSupported($"{path}.x-kubernetes-list-type", listType, ["atomic", "set", "map"]));
        CheckKeys(schema, listType, path, causes);
    }

    private static void CheckSetItem(JsonObject item, string path, List<StatusCause> causes)
    {
        const string detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        if (item.Boolean("nullable") == true)
            causes.Add(FieldCause.Forbidden($"{path}.items.nullable", "cannot be nullable when x-kubernetes-list-type is set"));
        if (item.String("type") == "array" && item.String("x-kubernetes-list-type") is { } inner and not "atomic")
            causes.Add(FieldCause.Invalid($"{path}.items.x-kubernetes-list-type", inner, detail));
        if (item.String("type") == "object" && item.String("x-kubernetes-map-type") != "atomic")
            causes.Add(FieldCause.Invalid($"{path}.items.x-kubernetes-map-type", item["x-kubernetes-map-type"], detail));
    }

    private static void CheckKeys(JsonObject schema, string? listType, string path, List<StatusCause> causes)
    {
        JsonArray keys = schema.Array("x-kubernetes-list-map-keys") ?? [];
        if (keys.Count > 0 && listType != "map")
            causes.Add(listType is null
                ? FieldCause.Required($"{path}.x-kubernetes-list-type", "must be map if x-kubernetes-list-map-keys is non-empty")
                : FieldCause.Invalid($"{path}.x-kubernetes-list-type", listType, "must be map if x-kubernetes-list-map-keys is non-empty"));
        if (listType != "map")
            return;
        if (keys.Count == 0)
            causes.Add(FieldCause.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
        if (schema.Object("items") is not { } items)
            causes.Add(FieldCause.Required($"{path}.items", "must have a schema if x-kubernetes-list-type is map"));
        else if (items.String("type") != "object")
            causes.Add(FieldCause.Invalid($"{path}.items.type", items.String("type") ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
        else
            CheckKeyFields(items, keys, path, causes);
    }

    private static void CheckKeyFields(JsonObject items, JsonArray keys, string path, List<StatusCause> causes)
    {
        string[] names = [.. keys.Select(key => (key as JsonValue)?.TryGetValue(out string? name) == true ? name : "")];
        JsonArray required = items.Array("required") ?? [];
        if (items.Boolean("nullable") == true)
            causes.Add(FieldCause.Forbidden($"{path}.items.nullable", "cannot be nullable when x-kubernetes-list-type is map"));
        foreach (string name in names)
        {
            if (items.Object("properties")?.Object(name) is not { } key)
            {
                causes.Add(FieldCause.Invalid($"{path}.x-kubernetes-list-map-keys", keys, "entries must all be names of item properties"));
                continue;
            }
            string keyPath = $"{path}.items.properties[{name}]";
            if (key.String("type") is "array" or "object")
                causes.Add(FieldCause.Invalid($"{keyPath}.type", items.String("type"), "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            if (key.Boolean("nullable") == true)
                causes.Add(FieldCause.Forbidden($"{keyPath}.nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            if (!key.ContainsKey("default") && !required.Any(each => (each as JsonValue)?.TryGetValue(out string? text) == true && text == name))
                causes.Add(FieldCause.Required($"{keyPath}.default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
        }
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
            causes.Add(FieldCause.Invalid($"{path}.x-kubernetes-list-map-keys", keys, "must not contain duplicate entries"));
    }

    private static StatusCause WrongType(string type, string path, string detail) =>
        type.Length == 0 ? FieldCause.Required($"{path}.type", detail) : FieldCause.Invalid($"{path}.type", type, detail);
}
