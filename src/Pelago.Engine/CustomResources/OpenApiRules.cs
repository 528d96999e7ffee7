// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// What a schema may say at all, keyword by keyword (ValidateCustomResourceDefinitionOpenAPISchema in apiextensions
/// pkg/apis/apiextensions/validation/validation.go).
/// </summary>
internal sealed class OpenApiRules(List<StatusCause> causes)
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] Unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

    /// <summary>Where a schema stands. <paramref name="NoDefaults"/> says why it may have no default; null: it may.</summary>
    private readonly record struct Place(bool IsRoot, bool InMetadata, string? NoDefaults);

    public void Check(JsonObject schema, string path) => Check(schema, path, new Place(IsRoot: true, InMetadata: false, null));

    private void Check(JsonObject schema, string path, Place place)
    {
        CheckKeywords(schema, path, place);
        CheckAdditionalProperties(schema, path, place);
        foreach ((string name, JsonObject property) in SchemaReading.Properties(schema))
            Check(property, $"{path}.properties[{name}]", PropertyPlace(schema, name, place));
        Place inside = place with { IsRoot = false };
        if (schema.Object("not") is { } not)
            Check(not, $"{path}.not", inside);
        foreach (string keyword in (ReadOnlySpan<string>)["allOf", "oneOf", "anyOf"])
        {
            foreach ((int i, JsonObject alternative) in SchemaReading.Alternatives(schema, keyword))
                Check(alternative, $"{path}.{keyword}[{i}]", inside);
        }
        if (schema.Object("items") is { } items)
            Check(items, $"{path}.items", inside);
        ListRules.Check(schema, path, causes);
        CheckRules(schema, path);
    }

    private static Place PropertyPlace(JsonObject schema, string name, Place place)
    {
        Place inside = place with { IsRoot = false };
        if (name is not ("metadata" or "kind" or "apiVersion") || !(place.IsRoot || SchemaReading.IsEmbedded(schema)))
            return inside;
        return inside with { InMetadata = true, NoDefaults = place.IsRoot ? $"in top-level {name}" : place.NoDefaults };
    }

    private void CheckKeywords(JsonObject schema, string path, Place place)
    {
        string type = schema.String("type") ?? "";
        if (type == "null")
            causes.Add(FieldCause.Forbidden($"{path}.type", "type cannot be set to null, use nullable as an alternative"));
        if (type.Length > 0 && !Types.Contains(type))
            causes.Add(FieldCause.NotSupported($"{path}.type", type, Types));
        if (schema.ContainsKey("default") && place.NoDefaults is { } reason)
            causes.Add(FieldCause.Forbidden($"{path}.default", $"must not be set {reason}"));
        foreach (string keyword in Unsupported)
        {
            if (schema.ContainsKey(keyword))
                causes.Add(FieldCause.Forbidden($"{path}.{keyword}", $"{keyword} is not supported"));
        }
        if (schema["items"] is JsonArray)
            causes.Add(FieldCause.Forbidden($"{path}.items", "items must be a schema object and not an array"));
        if (place.InMetadata && SchemaReading.IsEmbedded(schema))
            causes.Add(FieldCause.Forbidden($"{path}.x-kubernetes-embedded-resource", "must not be used inside of resource meta"));
        if (schema.Boolean("uniqueItems") == true)
            causes.Add(FieldCause.Forbidden($"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        if (schema.Boolean("x-kubernetes-preserve-unknown-fields") == false)
            causes.Add(FieldCause.Invalid($"{path}.x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"));
    }

    private void CheckAdditionalProperties(JsonObject schema, string path, Place place)
    {
        if (schema["additionalProperties"] is not { } additional)
            return;
        bool allows = additional is not JsonValue value || !value.TryGetValue(out bool flag) || flag;
        if (schema.Object("properties") is { Count: > 0 } && (!allows || additional is JsonObject))
            causes.Add(FieldCause.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
        if (additional is not JsonObject values)
            return;
        string? noDefaults = place.InMetadata ? "inside additionalProperties applying to object metadata" : place.NoDefaults;
        Check(values, $"{path}.additionalProperties", place with { IsRoot = false, NoDefaults = noDefaults });
    }

    /// <summary>x-kubernetes-validations are kept; whether their expressions are right is not looked at, for they are not evaluated.</summary>
    private void CheckRules(JsonObject schema, string path)
    {
        JsonArray rules = schema.Array("x-kubernetes-validations") ?? [];
        for (int i = 0; i < rules.Count; i++)
        {
            if (string.IsNullOrWhiteSpace((rules[i] as JsonObject)?.String("rule")))
                causes.Add(FieldCause.Required($"{path}.x-kubernetes-validations[{i}].rule", "rule is not specified"));
        }
    }
}
