// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.OpenApi;

/// <summary>
/// Writes schema nodes as OpenAPI. A named type is a reference wherever it stands; what the place adds goes beside it (in version 3 into an
/// <c>allOf</c>, because siblings of <c>$ref</c> do not count there). Version 2 leaves out what it has no words for, as upstream does for custom resources.
/// </summary>
internal sealed class SchemaWriter(Utf8JsonWriter json, OpenApiVersion version, DescriptionBook descriptions)
{
    private readonly string _references = version == OpenApiVersion.V3 ? "#/components/schemas/" : "#/definitions/";

    /// <summary>The names of the definitions that were referred to.</summary>
    public HashSet<string> Referred { get; } = [];

    /// <summary>Writes the definition itself, not a reference to it.</summary>
    public void WriteDefinition(SchemaNode node)
    {
        json.WriteStartObject();
        WriteText("description", node.Description ?? descriptions.OfType(node.DefinitionName!));
        if (LeafSchemas.Find(node.DefinitionName!, version) is { } leaf)
            LeafSchemas.Write(json, leaf);
        else
            WriteKeywords(node);
        WriteKinds(node);
        json.WriteEndObject();
    }

    public void WriteReference(string definition)
    {
        Referred.Add(definition);
        json.WriteString("$ref", _references + definition);
    }

    private void WriteNode(SchemaNode node, string? description)
    {
        json.WriteStartObject();
        WriteText("description", node.Description ?? description);
        if (node.DefinitionName is not null)
            WritePlace(node);
        else
            WriteKeywords(node);
        json.WriteEndObject();
    }

    private void WritePlace(SchemaNode node)
    {
        if (version == OpenApiVersion.V3)
        {
            json.WriteStartArray("allOf");
            json.WriteStartObject();
            WriteReference(node.DefinitionName!);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            WriteReference(node.DefinitionName!);
        }
        WriteDefault(node);
        WriteText("x-kubernetes-patch-strategy", node.PatchStrategy);
    }

    private void WriteKeywords(SchemaNode node)
    {
        bool untyped = version == OpenApiVersion.V2 && (node.Nullable || node.IntOrString);
        if (!untyped)
            WriteText("type", node.Type);
        WriteText("format", node.Format);
        WriteDefault(node);
        if (!untyped)
        {
            WriteValues("enum", node.Enum);
            bool hidden = version == OpenApiVersion.V2 && node.PreserveUnknownFields;
            WriteStructure(hidden ? SchemaNode.Any : node, node.DefinitionName);
        }
        WriteBounds(node);
        WriteExtensions(node);
        if (version == OpenApiVersion.V3)
            WriteVersion3(node);
    }

    private void WriteStructure(SchemaNode node, string? definition)
    {
        WriteStrings("required", node.Required);
        if (node.Properties is { Count: > 0 } properties)
        {
            json.WriteStartObject("properties");
            foreach ((string name, SchemaNode property) in properties.OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                json.WritePropertyName(name);
                WriteNode(property, definition is null ? null : descriptions.OfField(definition, name));
            }
            json.WriteEndObject();
        }
        WriteChild("items", node.Items);
        WriteChild("additionalProperties", node.AdditionalProperties);
    }

    private void WriteBounds(SchemaNode node)
    {
        WriteText("pattern", node.Pattern);
        WriteNumber("minLength", node.MinLength);
        WriteNumber("maxLength", node.MaxLength);
        WriteNumber("minItems", node.MinItems);
        WriteNumber("maxItems", node.MaxItems);
        WriteNumber("minProperties", node.MinProperties);
        WriteNumber("maxProperties", node.MaxProperties);
        WriteNumber("minimum", node.Minimum);
        WriteNumber("maximum", node.Maximum);
        WriteNumber("multipleOf", node.MultipleOf);
        WriteFlag("exclusiveMinimum", node.ExclusiveMinimum);
        WriteFlag("exclusiveMaximum", node.ExclusiveMaximum);
        WriteFlag("uniqueItems", node.UniqueItems);
    }

    private void WriteExtensions(SchemaNode node)
    {
        WriteText("x-kubernetes-list-type", node.ListType);
        WriteStrings("x-kubernetes-list-map-keys", node.ListMapKeys);
        WriteText("x-kubernetes-map-type", node.MapType);
        WriteText("x-kubernetes-patch-merge-key", node.PatchMergeKey);
        WriteText("x-kubernetes-patch-strategy", node.PatchStrategy);
        WriteFlag("x-kubernetes-preserve-unknown-fields", node.PreserveUnknownFields);
        WriteFlag("x-kubernetes-embedded-resource", node.EmbeddedResource);
        WriteFlag("x-kubernetes-int-or-string", node.IntOrString);
    }

    private void WriteVersion3(SchemaNode node)
    {
        WriteFlag("nullable", node.Nullable);
        WriteNodes("anyOf", node.AnyOf);
        WriteNodes("oneOf", node.OneOf);
        WriteNodes("allOf", node.AllOf);
        WriteChild("not", node.Not);
    }

    private void WriteKinds(SchemaNode node)
    {
        if (node.GroupVersionKinds.Count == 0)
            return;
        json.WriteStartArray("x-kubernetes-group-version-kind");
        foreach (GroupVersionKind kind in node.GroupVersionKinds)
        {
            json.WriteStartObject();
            json.WriteString("group", kind.Group);
            json.WriteString("kind", kind.Kind);
            json.WriteString("version", kind.Version);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Defaults of custom resources are not published in version 2.</summary>
    private void WriteDefault(SchemaNode node)
    {
        JsonNode? value = node.Default ?? (node.ZeroValue == ZeroValueRule.Written && node.Type == "object" ? new JsonObject() : null);
        if (value is null)
            return;
        json.WritePropertyName("default");
        value.WriteTo(json);
    }

    private void WriteChild(string keyword, SchemaNode? node)
    {
        if (node is null)
            return;
        json.WritePropertyName(keyword);
        if (ReferenceEquals(node, SchemaNode.Any))
            json.WriteBooleanValue(true);
        else
            WriteNode(node, null);
    }

    private void WriteNodes(string keyword, IReadOnlyList<SchemaNode>? nodes)
    {
        if (nodes is null)
            return;
        json.WriteStartArray(keyword);
        foreach (SchemaNode node in nodes)
            WriteNode(node, null);
        json.WriteEndArray();
    }

    private void WriteText(string keyword, string? text)
    {
        if (text is not null)
            json.WriteString(keyword, text);
    }

    private void WriteNumber(string keyword, decimal? number)
    {
        if (number is not null)
            json.WriteNumber(keyword, number.Value);
    }

    private void WriteFlag(string keyword, bool flag)
    {
        if (flag)
            json.WriteBoolean(keyword, true);
    }

    private void WriteStrings(string keyword, IReadOnlyList<string> strings)
    {
        if (strings.Count == 0)
            return;
        json.WriteStartArray(keyword);
        foreach (string text in strings)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private void WriteValues(string keyword, IReadOnlyList<JsonNode?>? values)
    {
        if (values is null)
            return;
        json.WriteStartArray(keyword);
        foreach (JsonNode? value in values)
        {
            if (value is null)
                json.WriteNullValue();
            else
                value.WriteTo(json);
        }
        json.WriteEndArray();
    }
}
