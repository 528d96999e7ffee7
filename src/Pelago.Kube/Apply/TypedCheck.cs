// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// Whether an applied configuration fits its schema so far that its fields can be told apart (structured-merge-diff typed/validate.go):
/// declared fields only, types as declared, no list item twice. Values are not validated here.
/// </summary>
internal sealed class TypedCheck
{
    private readonly List<string> _errors = [];

    /// <summary>Throws a <see cref="FieldTypeException"/> with every error, each with its path.</summary>
    public static void Check(JsonObject document, SchemaNode? schema)
    {
        var check = new TypedCheck();
        check.Visit(document, new FieldSchema(schema), "");
        if (check._errors.Count > 0)
            throw new FieldTypeException(check._errors);
    }

    private void Visit(JsonNode? value, FieldSchema schema, string path)
    {
        if (value is null)
            return;
        FieldShape shape = schema.ShapeOf(value);
        switch (shape)
        {
            case FieldShape.Scalar when schema.ScalarError(value) is { } error:
                Fail(path, error);
                break;
            case FieldShape.Scalar:
                break;
            case FieldShape.Map or FieldShape.AtomicMap when value is JsonObject json:
                Fields(json, schema, path);
                break;
            case FieldShape.Map or FieldShape.AtomicMap:
                Fail(path, $"expected map, got &{{{GoFormat.Of(value)}}}");
                break;
            case FieldShape.MapList or FieldShape.Set or FieldShape.AtomicList when value is JsonArray list:
                Items(list, schema, shape, path);
                break;
            default:
                Fail(path, $"expected list, got &{{{GoFormat.Of(value)}}}");
                break;
        }
    }

    private void Fields(JsonObject json, FieldSchema schema, string path)
    {
        foreach ((string name, JsonNode? value) in json)
        {
            string at = $"{path}.{name}";
            // Every object has these three, also where a CustomResourceDefinition's schema does not spell them out.
            if (!schema.Allows(name) && !(path.Length == 0 && name is ("apiVersion" or "kind" or "metadata")))
            {
                Fail(at, "field not declared in schema");
                return;
            }
            Visit(value, schema.Field(name, out _), at);
        }
    }

    private void Items(JsonArray list, FieldSchema schema, FieldShape shape, string path)
    {
        var seen = new HashSet<PathElement>(list.Count);
        for (int i = 0; i < list.Count; i++)
        {
            PathElement? element = PathElement.Index(i);
            if (shape != FieldShape.AtomicList)
            {
                element = ListItems.Find(list[i], schema, shape, out string error);
                if (element is null)
                {
                    Fail(path, $"element {i}: {error}");
                    return;
                }
                if (!seen.Add(element))
                    Fail(path, $"duplicate entries for key {element}");
            }
            Visit(list[i], schema.Items, path + element);
        }
    }

    private void Fail(string path, string error) => _errors.Add(path.Length == 0 ? error : $"{path}: {error}");
}
