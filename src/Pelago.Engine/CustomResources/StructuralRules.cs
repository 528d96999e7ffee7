// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// What makes a schema structural, so that every field has one known type (apiextensions pkg/apiserver/schema/validation.go): types everywhere outside
/// of logic, no structure inside of it, nothing about metadata but names.
/// </summary>
internal sealed class StructuralRules(List<StatusCause> causes)
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    public void Check(JsonObject schema, string path) => Check(schema, path, Level.Root);

    private void Check(JsonObject schema, string path, Level level)
    {
        CheckChildren(schema, path, level);
        CheckExtensions(schema, path);
        new NestedRules(causes).CheckValue(schema, path, IsIntOrString(schema), IsIntOrStringInAllOf(schema));
        CheckType(schema, path, level);
        CheckObjectFields(schema, path, level);
    }

    private void CheckChildren(JsonObject schema, string path, Level level)
    {
        if (schema.String("type") == "array" && schema["items"] is null)
            causes.Add(FieldCause.Required($"{path}.items", "must be specified"));
        if (schema.Object("items") is { } items)
            Check(items, $"{path}.items", Level.Item);
        foreach ((string name, JsonObject property) in SchemaReading.Properties(schema))
            Check(property, $"{path}.properties[{name}]", Level.Field);
        if (!schema.ContainsKey("additionalProperties"))
            return;
        if (level == Level.Root)
            causes.Add(FieldCause.Forbidden($"{path}.additionalProperties", "must not be used at the root"));
        if (schema.Object("additionalProperties") is { } values)
            Check(values, $"{path}.additionalProperties", Level.Field);
    }

    private void CheckExtensions(JsonObject schema, string path)
    {
        if (!SchemaReading.IsIntOrString(schema))
            return;
        if (SchemaReading.Preserves(schema))
            causes.Add(FieldCause.Invalid($"{path}.x-kubernetes-preserve-unknown-fields", true, "must be false if x-kubernetes-int-or-string is true"));
        if (SchemaReading.IsEmbedded(schema))
            causes.Add(FieldCause.Invalid($"{path}.x-kubernetes-embedded-resource", true, "must be false if x-kubernetes-int-or-string is true"));
    }

    private void CheckType(JsonObject schema, string path, Level level)
    {
        string type = schema.String("type") ?? "";
        if (SchemaReading.IsEmbedded(schema) && type != "object")
            causes.Add(NotObject(type, $"{path}.type", "must be object if x-kubernetes-embedded-resource is true"));
        else if (type.Length == 0 && !SchemaReading.IsIntOrString(schema) && !SchemaReading.Preserves(schema))
            causes.Add(FieldCause.Required($"{path}.type", level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        if (SchemaReading.IsEmbedded(schema) && schema.ContainsKey("additionalProperties"))
            causes.Add(FieldCause.Forbidden($"{path}.additionalProperties", "must not be used if x-kubernetes-embedded-resource is set"));
        if (level == Level.Root && type.Length > 0 && type != "object")
            causes.Add(FieldCause.Invalid($"{path}.type", type, "must be object at the root"));
    }

    private void CheckObjectFields(JsonObject schema, string path, Level level)
    {
        bool isResource = level == Level.Root || SchemaReading.IsEmbedded(schema);
        JsonObject? properties = schema.Object("properties");
        foreach (string name in isResource ? ["kind", "apiVersion"] : Array.Empty<string>())
        {
            if (properties?.Object(name) is { } property && property.String("type") != "string")
                causes.Add(FieldCause.Invalid($"{path}.properties[{name}].type", property.String("type") ?? "", "must be string"));
        }
        if (properties?.Object("metadata") is { } metadata)
            CheckMetadata(metadata, $"{path}.properties[metadata]", isResource, level);
        if (SchemaReading.IsEmbedded(schema) && !SchemaReading.Preserves(schema) && properties is not { Count: > 0 })
            causes.Add(FieldCause.Required($"{path}.properties",
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
    }

    private void CheckMetadata(JsonObject metadata, string path, bool isResource, Level level)
    {
        if (isResource && metadata.String("type") != "object")
            causes.Add(FieldCause.Invalid($"{path}.type", metadata.String("type") ?? "", "must be object"));
        if (level != Level.Root)
            return;
        bool onlyNames = metadata.Object("properties") is not { } properties || properties.All(each => each.Key is "name" or "generateName");
        if (!onlyNames || metadata.Any(each => each.Key is not ("type" or "default" or "properties")))
            causes.Add(FieldCause.Forbidden(path, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
    }

    private static StatusCause NotObject(string type, string path, string detail) =>
        type.Length == 0 ? FieldCause.Required(path, detail) : FieldCause.Invalid(path, type, detail);

    /// <summary><c>anyOf: [{type: integer}, {type: string}]</c>, the one place where types may stand inside logic.</summary>
    private static bool IsIntOrString(JsonObject schema) => IsIntegerAndString(schema.Array("anyOf"));

    private static bool IsIntOrStringInAllOf(JsonObject schema) =>
        schema.Array("allOf") is { Count: > 0 } allOf && allOf[0] is JsonObject first && IsIntegerAndString(first.Array("anyOf"));

    private static bool IsIntegerAndString(JsonArray? anyOf) =>
        anyOf is [JsonObject { Count: 1 } first, JsonObject { Count: 1 } second] && first.String("type") == "integer" && second.String("type") == "string";
}
