// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// What ownership has to know of a field's schema. Where the schema says nothing, the value decides (structured-merge-diff's deduced type):
/// objects are maps owned field by field, lists are owned as a whole.
/// </summary>
internal readonly struct FieldSchema(SchemaNode? node)
{
    private static readonly string[] NoKeys = [];
    private static readonly JsonObject NoFields = [];
    private static readonly JsonArray NoItems = [];
    private static readonly JsonValue NoText = JsonValue.Create("");
    private static readonly JsonValue Zero = JsonValue.Create(0L);
    private static readonly JsonValue False = JsonValue.Create(false);

    /// <summary>Nothing is known: the deduced type.</summary>
    public bool IsDeduced => node is null or { Type: null, IntOrString: false, Properties: null };

    public FieldSchema Items => new(node?.Items);

    public IReadOnlyList<string> ListKeys =>
        node is null ? NoKeys : node.ListMapKeys.Count > 0 || node.ListType is not null ? node.ListMapKeys
        : node.PatchMergeKey is { } key ? [key] : NoKeys;

    /// <summary>
    /// What the Go type of a built-in kind has in a field that the document leaves out; absent for fields that can be. Such a field is there
    /// from the start, and not owned by who first writes into it. Not to be changed: the nodes are shared.
    /// </summary>
    public Slot WhenAbsent(string name)
    {
        if (node?.Properties is null || !node.Properties.TryGetValue(name, out SchemaNode? field))
            return default;
        // Go has no omitempty on what OpenAPI requires of a built-in type.
        if (field.ZeroValue != ZeroValueRule.Written && !(node.DefinitionName is not null && node.Required.Contains(name)))
            return default;
        return field switch
        {
            { PreserveUnknownFields: true } or { IntOrString: true } or { Format: "date-time" or "quantity" } => Slot.Of(null),
            { Type: "object" } => Slot.Of(NoFields),
            { Type: "array" } => Slot.Of(NoItems),
            { Type: "string" } => Slot.Of(NoText),
            { Type: "integer" or "number" } => Slot.Of(Zero),
            { Type: "boolean" } => Slot.Of(False),
            _ => Slot.Of(null),
        };
    }

    /// <summary>What a null is in, too: it takes the shape that its place has.</summary>
    public FieldShape ShapeOf(JsonNode? value)
    {
        if (IsDeduced)
        {
            return value switch
            {
                null or JsonObject => FieldShape.Map,
                JsonArray => FieldShape.AtomicList,
                _ => FieldShape.Scalar,
            };
        }
        return node!.Type switch
        {
            "object" => node.MapType == "atomic" ? FieldShape.AtomicMap : FieldShape.Map,
            "array" => ListShape(node),
            null when node.Properties is not null => FieldShape.Map,
            _ => FieldShape.Scalar,
        };
    }

    /// <summary>The schema of a field; <paramref name="declared"/> is false for a key of a map and for a field that the schema does not name.</summary>
    public FieldSchema Field(string name, out bool declared)
    {
        if (node?.Properties is not null && node.Properties.TryGetValue(name, out SchemaNode? field))
        {
            declared = true;
            return new FieldSchema(field);
        }
        declared = false;
        return new FieldSchema(node?.AdditionalProperties);
    }

    /// <summary>Whether the type may have a field of this name at all.</summary>
    public bool Allows(string name) =>
        node is null or { Properties: null } || node.PreserveUnknownFields || node.AdditionalProperties is not null || node.Properties.ContainsKey(name);

    /// <summary>What a list map's key field counts as when an item leaves it out; null when there is no default.</summary>
    public JsonNode? KeyDefault(string name) => node?.Items?.Properties?.GetValueOrDefault(name)?.Default;

    /// <summary>What is wrong with a scalar's type, as structured-merge-diff says it; null when nothing.</summary>
    public string? ScalarError(JsonNode? value)
    {
        if (value is null || node is null)
            return null;
        string type = Patch.JsonTypeName.OfGo(value);
        bool isScalar = value is JsonValue;
        if (node.Type is "integer" or "number")
            return type is "int64" or "float64" ? null : $"expected numeric (int or float), got {type}";
        if (node.Type == "boolean")
            return type == "bool" ? null : $"expected boolean, got &{{{GoFormat.Of(value)}}}";
        if (node.Type == "string" && !node.IntOrString && node.Format != "quantity")
            return type == "string" ? null : $"expected string, got &value.valueUnstructured{{Value:{GoFormat.Of(value)}}}";
        return isScalar ? null : $"expected any scalar, got &{{{GoFormat.Of(value)}}}";
    }

    private static FieldShape ListShape(SchemaNode list)
    {
        string? type = list.ListType;
        if (type is null && list.PatchStrategy?.Contains("merge", StringComparison.Ordinal) == true)
            type = list.PatchMergeKey is null ? "set" : "map";
        return type switch
        {
            "set" => FieldShape.Set,
            "map" => FieldShape.MapList,
            _ => FieldShape.AtomicList,
        };
    }
}
