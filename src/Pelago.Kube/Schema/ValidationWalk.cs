// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// One <see cref="Validation"/> of a value and what is below it, in the order of kube-openapi pkg/validation/validate/schema.go: type, combinations,
/// string, number, list, enum, object.
/// </summary>
internal sealed class ValidationWalk(SchemaPath path, bool builtIn)
{
    public List<StatusCause> Causes { get; } = [];

    public void Value(JsonNode? value, SchemaNode schema)
    {
        // A built-in type inside a custom resource (its metadata) is held to the rules of built-in types; their own schemas restrict
        // enums only, but a definition may restrict the name.
        if (!builtIn && schema.DefinitionName is not null)
        {
            Nested(value, schema);
            return;
        }
        JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
        if (!builtIn && !ValueRules.HasType(value, kind, schema))
            Causes.Add(ValueRules.WrongType(value, kind, schema, path));
        else if (kind != JsonValueKind.Null)
            Rules(value!, kind, schema);
        if (schema.Enum is { } allowed && !(builtIn && value is null) && !ValueRules.IsOneOf(value, allowed))
            Causes.Add(FieldCause.NotSupported(path.ToString(), value, allowed.Select(ValueRules.EnumText)));
        if (value is JsonObject json)
            Fields(json, schema);
        else if (value is JsonArray array && schema.Items is { } items)
            Items(array, items);
    }

    private void Nested(JsonNode? value, SchemaNode schema)
    {
        var nested = new ValidationWalk(path, builtIn: true);
        nested.Value(value, schema);
        Causes.AddRange(nested.Causes);
    }

    private void Rules(JsonNode value, JsonValueKind kind, SchemaNode schema)
    {
        if (schema.AnyOf is not null || schema.OneOf is not null || schema.AllOf is not null || schema.Not is not null)
            Combinations.Check(value, schema, path, Causes);
        switch (kind)
        {
            case JsonValueKind.String:
                ValueRules.CheckString(value, schema, path, Causes, checkFormat: !builtIn);
                break;
            case JsonValueKind.Number:
                ValueRules.CheckNumber(value, schema, path, Causes, checkFormat: !builtIn);
                break;
            case JsonValueKind.Array:
                ValueRules.CheckArray((JsonArray)value, schema, path, Causes);
                break;
            case JsonValueKind.Object:
                ValueRules.CheckObject((JsonObject)value, schema, path, Causes);
                break;
        }
    }

    private void Fields(JsonObject json, SchemaNode schema)
    {
        if (schema.Properties is not null || schema.AdditionalProperties is not null)
        {
            foreach ((string field, JsonNode? value) in json)
            {
                if (schema.Field(field) is not { } child)
                    continue;
                path.Push(field);
                Value(value, child);
                path.Pop();
            }
        }
        foreach (string field in schema.Required)
        {
            if (!json.ContainsKey(field) && schema.Field(field)?.ZeroValue != ZeroValueRule.Written)
                Causes.Add(FieldCause.Required(path.Child(field)));
        }
    }

    private void Items(JsonArray array, SchemaNode items)
    {
        for (int i = 0; i < array.Count; i++)
        {
            path.Push(i);
            Value(array[i], items);
            path.Pop();
        }
    }
}
