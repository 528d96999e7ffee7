// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pelago.Kube.Schema;

/// <summary>
/// One node of a structural schema (OpenAPI v3 with the x-kubernetes extensions): what patches, apply, pruning, defaulting and
/// validation need to know of a field. Built-in kinds and CustomResourceDefinitions use the same nodes, so there is one set of rules.
/// Immutable once built; shared nodes (the same type in several places, or a type that contains itself) are the same instance.
/// </summary>
public sealed class SchemaNode
{
    private KeyValuePair<string, SchemaNode>[]? _filled;
    private int _defaultsInside;
    private Regex? _pattern;

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, or null: any JSON value.</summary>
    public string? Type { get; set; }

    /// <summary>The definition's name when the node is a named type: <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
    public string? DefinitionName { get; set; }
    public string? Format { get; set; }
    public string? Description { get; set; }
    public bool Nullable { get; set; }
    public Dictionary<string, SchemaNode>? Properties { get; set; }
    public SchemaNode? Items { get; set; }

    /// <summary>The value schema of a map.</summary>
    public SchemaNode? AdditionalProperties { get; set; }
    public IReadOnlyList<string> Required { get; set; } = [];
    public JsonNode? Default { get; set; }
    public IReadOnlyList<JsonNode?>? Enum { get; set; }
    public string? Pattern { get; set; }
    public long? MinLength { get; set; }
    public long? MaxLength { get; set; }
    public long? MinItems { get; set; }
    public long? MaxItems { get; set; }
    public long? MinProperties { get; set; }
    public long? MaxProperties { get; set; }
    public bool UniqueItems { get; set; }
    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }
    public bool ExclusiveMinimum { get; set; }
    public bool ExclusiveMaximum { get; set; }
    public decimal? MultipleOf { get; set; }
    public IReadOnlyList<SchemaNode>? AllOf { get; set; }
    public IReadOnlyList<SchemaNode>? AnyOf { get; set; }
    public IReadOnlyList<SchemaNode>? OneOf { get; set; }
    public SchemaNode? Not { get; set; }

    /// <summary><c>atomic</c>, <c>set</c> or <c>map</c> (x-kubernetes-list-type); null means atomic.</summary>
    public string? ListType { get; set; }
    public IReadOnlyList<string> ListMapKeys { get; set; } = [];

    /// <summary><c>granular</c> or <c>atomic</c> (x-kubernetes-map-type); null means granular.</summary>
    public string? MapType { get; set; }

    /// <summary>The key of strategic merge (x-kubernetes-patch-merge-key); null: the list is replaced.</summary>
    public string? PatchMergeKey { get; set; }

    /// <summary><c>merge</c>, <c>replace</c>, <c>retainKeys</c> or two of them with a comma (x-kubernetes-patch-strategy).</summary>
    public string? PatchStrategy { get; set; }

    /// <summary>What the server makes of a zero value (only built-in kinds, whose Go types say so).</summary>
    public ZeroValueRule ZeroValue { get; set; }

    /// <summary>The kinds that this definition is (x-kubernetes-group-version-kind).</summary>
    public IReadOnlyList<GroupVersionKind> GroupVersionKinds { get; set; } = [];
    public bool PreserveUnknownFields { get; set; }
    public bool EmbeddedResource { get; set; }
    public bool IntOrString { get; set; }

    /// <summary>Any JSON value, kept as it is.</summary>
    public static SchemaNode Any { get; } = new() { PreserveUnknownFields = true };

    /// <summary>A node of its own with the same content: where a place says more about a field than the field's type does.</summary>
    public SchemaNode Copy() => (SchemaNode)MemberwiseClone();

    /// <summary>Throws a <see cref="RegexParseException"/> when a pattern is no regular expression.</summary>
    public static void CheckPattern(string pattern) => Re2Pattern.Compile(pattern);

    /// <summary>Whether a format checks anything on a type; others are taken and mean nothing.</summary>
    public static bool IsKnownFormat(string? type, string format) => type switch
    {
        "integer" => format is "int32" or "int64",
        "number" => format is "float" or "double",
        null or "string" => Formats.IsKnown(format),
        _ => false,
    };

    /// <summary>The schema of a named field: a property, else the map's value schema, else null.</summary>
    public SchemaNode? Field(string name) =>
        Properties is not null && Properties.TryGetValue(name, out SchemaNode? node) ? node : AdditionalProperties;

    /// <summary>The properties that are filled in when absent: those with a default, and zero values that are always written.</summary>
    internal KeyValuePair<string, SchemaNode>[] FilledProperties =>
        _filled ??= Properties?.Where(each => each.Value.Default is not null || each.Value.ZeroValue == ZeroValueRule.Written).ToArray() ?? [];

    /// <summary>False when nothing at or below this node is ever filled in, so that a walk can leave it out.</summary>
    internal bool HasDefaultsInside
    {
        get
        {
            if (_defaultsInside == 0)
                _defaultsInside = FindDefaults(this, []) ? 1 : -1;
            return _defaultsInside > 0;
        }
    }

    /// <summary><see cref="Pattern"/>, made once.</summary>
    internal Regex? CompiledPattern => Pattern is null ? null : _pattern ??= Re2Pattern.Compile(Pattern);

    /// <summary>True for a map or a list that is owned as a whole.</summary>
    public bool IsAtomic => Type switch
    {
        "array" => ListType is null or "atomic",
        "object" => MapType == "atomic",
        _ => false,
    };

    private static bool FindDefaults(SchemaNode node, HashSet<SchemaNode> visited)
    {
        if (!visited.Add(node))
            return false;
        return node.FilledProperties.Length > 0
            || node.Properties?.Values.Any(child => FindDefaults(child, visited)) == true
            || node.Items is { } items && FindDefaults(items, visited)
            || node.AdditionalProperties is { } values && FindDefaults(values, visited);
    }
}
