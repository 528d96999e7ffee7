// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>Below allOf, anyOf, oneOf and not only values are restricted: no types, no structure, nothing about metadata.</summary>
internal sealed class NestedRules(List<StatusCause> causes)
{
    /// <summary>Keywords that must be away, the message, and whether an explicit false counts as away.</summary>
    private static readonly (string Keyword, string Detail)[] Forbidden =
    [
        ("type", "must be empty to be structural"),
        ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"),
        ("nullable", "must be false to be structural"),
        ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"),
        ("x-kubernetes-int-or-string", "must be false to be structural"),
        ("x-kubernetes-list-map-keys", "must be empty to be structural"),
        ("x-kubernetes-list-type", "must be undefined to be structural"),
        ("x-kubernetes-map-type", "must be undefined to be structural"),
        ("x-kubernetes-validations", "must be empty to be structural"),
    ];

    /// <summary>The logic and the pattern of a schema. The two flags let the int-or-string idiom pass.</summary>
    public void CheckValue(JsonObject schema, string path, bool skipAnyOf, bool skipFirstAllOfAnyOf)
    {
        if (!skipAnyOf)
        {
            foreach ((int i, JsonObject alternative) in SchemaReading.Alternatives(schema, "anyOf"))
                Check(alternative, $"{path}.anyOf[{i}]", skipAnyOf: false);
        }
        foreach ((int i, JsonObject alternative) in SchemaReading.Alternatives(schema, "allOf"))
            Check(alternative, $"{path}.allOf[{i}]", skipFirstAllOfAnyOf && i == 0);
        foreach ((int i, JsonObject alternative) in SchemaReading.Alternatives(schema, "oneOf"))
            Check(alternative, $"{path}.oneOf[{i}]", skipAnyOf: false);
        if (schema.Object("not") is { } not)
            Check(not, $"{path}.not", skipAnyOf: false);
        if (schema.String("pattern") is { Length: > 0 } pattern && Fault(pattern) is { } fault)
            causes.Add(FieldCause.Invalid($"{path}.pattern", pattern, $"must be a valid regular expression, but isn't: {fault}"));
    }

    private void Check(JsonObject nested, string path, bool skipAnyOf)
    {
        CheckValue(nested, path, skipAnyOf, skipFirstAllOfAnyOf: false);
        if (nested.Object("items") is { } items)
            Check(items, $"{path}.items", skipAnyOf: false);
        foreach ((string name, JsonObject property) in SchemaReading.Properties(nested))
            Check(property, $"{path}.properties[{name}]", skipAnyOf: false);
        foreach ((string keyword, string detail) in Forbidden)
        {
            if (nested.ContainsKey(keyword) && nested.Boolean(keyword) != false)
                causes.Add(FieldCause.Forbidden($"{path}.{keyword}", detail));
        }
        if (nested.Object("properties")?.ContainsKey("metadata") == true)
            causes.Add(FieldCause.Forbidden($"{path}.properties[metadata]", "must not be specified in a nested context"));
    }

    private static string? Fault(string pattern)
    {
        try
        {
            SchemaNode.CheckPattern(pattern);
            return null;
        }
        catch (RegexParseException fault)
        {
            return fault.Message;
        }
    }
}
