// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// Makes schema nodes of a schema document (OpenAPI v3, JSONSchemaProps of a CustomResourceDefinition): one pass over its bytes.
/// Keywords that no rule here needs (title, example, x-kubernetes-validations) are skipped; whether a schema is allowed is checked elsewhere.
/// </summary>
/// <param name="source">The document.</param>
/// <param name="resolve">The node of a <c>$ref</c>; may be a node that is still being read (a type that contains itself).</param>
public sealed class SchemaReader(ReadOnlyMemory<byte> source, Func<string, SchemaNode> resolve)
{
    private delegate void KeywordReader(SchemaReader self, ref Utf8JsonReader reader, SchemaNode node);

    private static readonly FrozenDictionary<string, KeywordReader> Keywords = new Dictionary<string, KeywordReader>
    {
        ["type"] = (_, ref reader, node) => node.Type = reader.GetString() is { Length: > 0 } type ? string.Intern(type) : null,
        ["format"] = (_, ref reader, node) => node.Format = string.Intern(reader.GetString()!),
        ["description"] = (_, ref reader, node) => node.Description = reader.GetString(),
        ["nullable"] = (_, ref reader, node) => node.Nullable = reader.GetBoolean(),
        ["properties"] = (self, ref reader, node) => self.ReadProperties(ref reader, node.Properties ??= []),
        ["items"] = (self, ref reader, node) => node.Items = self.ReadNode(ref reader),
        ["additionalProperties"] = (self, ref reader, node) => node.AdditionalProperties = self.ReadNodeOrFlag(ref reader),
        ["allOf"] = (self, ref reader, node) => node.AllOf = self.ReadNodes(ref reader),
        ["anyOf"] = (self, ref reader, node) => node.AnyOf = self.ReadNodes(ref reader),
        ["oneOf"] = (self, ref reader, node) => node.OneOf = self.ReadNodes(ref reader),
        ["not"] = (self, ref reader, node) => node.Not = self.ReadNode(ref reader),
        ["required"] = (_, ref reader, node) => node.Required = ReadStrings(ref reader),
        ["default"] = (self, ref reader, node) => node.Default = self.ReadValue(ref reader),
        ["enum"] = (self, ref reader, node) => node.Enum = self.ReadValue(ref reader) as JsonArray is { } values ? [.. values] : null,
        ["pattern"] = (_, ref reader, node) => node.Pattern = reader.GetString(),
        ["minLength"] = (_, ref reader, node) => node.MinLength = reader.GetInt64(),
        ["maxLength"] = (_, ref reader, node) => node.MaxLength = reader.GetInt64(),
        ["minItems"] = (_, ref reader, node) => node.MinItems = reader.GetInt64(),
        ["maxItems"] = (_, ref reader, node) => node.MaxItems = reader.GetInt64(),
        ["minProperties"] = (_, ref reader, node) => node.MinProperties = reader.GetInt64(),
        ["maxProperties"] = (_, ref reader, node) => node.MaxProperties = reader.GetInt64(),
        ["uniqueItems"] = (_, ref reader, node) => node.UniqueItems = reader.GetBoolean(),
        ["minimum"] = (_, ref reader, node) => node.Minimum = ReadNumber(ref reader),
        ["maximum"] = (_, ref reader, node) => node.Maximum = ReadNumber(ref reader),
        ["exclusiveMinimum"] = (_, ref reader, node) => node.ExclusiveMinimum = reader.GetBoolean(),
        ["exclusiveMaximum"] = (_, ref reader, node) => node.ExclusiveMaximum = reader.GetBoolean(),
        ["multipleOf"] = (_, ref reader, node) => node.MultipleOf = ReadNumber(ref reader),
        ["x-kubernetes-list-type"] = (_, ref reader, node) => node.ListType = reader.GetString(),
        ["x-kubernetes-list-map-keys"] = (_, ref reader, node) => node.ListMapKeys = ReadStrings(ref reader),
        ["x-kubernetes-map-type"] = (_, ref reader, node) => node.MapType = reader.GetString(),
        ["x-kubernetes-patch-merge-key"] = (_, ref reader, node) => node.PatchMergeKey = reader.GetString(),
        ["x-kubernetes-patch-strategy"] = (_, ref reader, node) => node.PatchStrategy = reader.GetString(),
        ["x-kubernetes-preserve-unknown-fields"] = (_, ref reader, node) => node.PreserveUnknownFields = reader.GetBoolean(),
        ["x-kubernetes-embedded-resource"] = (_, ref reader, node) => node.EmbeddedResource = reader.GetBoolean(),
        ["x-kubernetes-int-or-string"] = (_, ref reader, node) => node.IntOrString = reader.GetBoolean(),
        ["x-kubernetes-group-version-kind"] = (_, ref reader, node) => node.GroupVersionKinds = ReadKinds(ref reader),
        ["x-pelago-zero"] = (_, ref reader, node) =>
            node.ZeroValue = reader.GetString() == "written" ? ZeroValueRule.Written : ZeroValueRule.Omitted,
    }.ToFrozenDictionary();

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 2 * KubeJson.MaxDepth };

    /// <summary>A schema without references.</summary>
    public static SchemaNode Read(ReadOnlyMemory<byte> source) =>
        new SchemaReader(source, name => throw new JsonException($"the schema refers to {name}, and references are not allowed here")).Read();

    /// <summary>The x-kubernetes-group-version-kind of a schema, without reading the rest of it.</summary>
    public static IReadOnlyList<GroupVersionKind> ReadKinds(ReadOnlyMemory<byte> source)
    {
        var reader = new Utf8JsonReader(source.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool kinds = reader.ValueTextEquals("x-kubernetes-group-version-kind"u8);
            reader.Read();
            if (kinds)
                return ReadKinds(ref reader);
            reader.Skip();
        }
        return [];
    }

    /// <summary>The schema that is the whole document.</summary>
    public SchemaNode Read()
    {
        var reader = new Utf8JsonReader(source.Span, Options);
        reader.Read();
        return ReadNode(ref reader);
    }

    /// <summary>The same into a node that others may refer to already.</summary>
    public void ReadInto(SchemaNode node)
    {
        var reader = new Utf8JsonReader(source.Span, Options);
        reader.Read();
        ReadKeywords(ref reader, node);
    }

    private SchemaNode ReadNode(ref Utf8JsonReader reader)
    {
        var node = new SchemaNode();
        return ReadKeywords(ref reader, node) is { } reference ? Referred(reference, node) : node;
    }

    /// <summary>What the place of a reference adds goes into a copy of the referred node.</summary>
    private SchemaNode Referred(string reference, SchemaNode place)
    {
        SchemaNode target = resolve(reference);
        if (place is { Default: null, PatchStrategy: null, MapType: null, Description: null, ZeroValue: ZeroValueRule.Kept })
            return target;
        SchemaNode copy = target.Copy();
        copy.Default = place.Default ?? target.Default;
        copy.PatchStrategy = place.PatchStrategy;
        copy.MapType = place.MapType ?? target.MapType;
        copy.Description = place.Description ?? target.Description;
        copy.ZeroValue = place.ZeroValue;
        return copy;
    }

    /// <summary>Reads one schema object; gives its <c>$ref</c>.</summary>
    private string? ReadKeywords(ref Utf8JsonReader reader, SchemaNode node)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a schema is a JSON object");
        string? reference = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string keyword = reader.GetString()!;
            reader.Read();
            if (keyword == "$ref")
                reference = reader.GetString();
            else if (reader.TokenType != JsonTokenType.Null && Keywords.TryGetValue(keyword, out KeywordReader? read))
                read(this, ref reader, node);
            else
                reader.Skip();
        }
        return reference;
    }

    private Dictionary<string, SchemaNode> ReadProperties(ref Utf8JsonReader reader, Dictionary<string, SchemaNode> properties)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = string.Intern(reader.GetString()!);
            reader.Read();
            properties[name] = ReadNode(ref reader);
        }
        return properties;
    }

    private SchemaNode? ReadNodeOrFlag(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => SchemaNode.Any,
        JsonTokenType.False => null,
        _ => ReadNode(ref reader),
    };

    private List<SchemaNode> ReadNodes(ref Utf8JsonReader reader)
    {
        var nodes = new List<SchemaNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            nodes.Add(ReadNode(ref reader));
        return nodes;
    }

    private static List<string> ReadStrings(ref Utf8JsonReader reader)
    {
        var strings = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            strings.Add(string.Intern(reader.GetString()!));
        return strings;
    }

    /// <summary>Bounds beyond what a decimal holds bound nothing that a value can be.</summary>
    private static decimal ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetDecimal(out decimal exact))
            return exact;
        return reader.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;
    }

    private JsonNode? ReadValue(ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return KubeJson.Parse(source[start..(int)reader.BytesConsumed]);
    }

    private static List<GroupVersionKind> ReadKinds(ref Utf8JsonReader reader)
    {
        var kinds = new List<GroupVersionKind>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            GroupVersionKind kind = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                string value = reader.GetString()!;
                kind = name switch
                {
                    "group" => kind with { Group = value },
                    "version" => kind with { Version = value },
                    _ => kind with { Kind = value },
                };
            }
            kinds.Add(kind);
        }
        return kinds;
    }
}
