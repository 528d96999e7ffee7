// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;

namespace Pelago.Kube.Patch;

/// <summary>What strategic merge knows of one field: the schema below it, its strategy without <c>retainKeys</c>, its merge key ("" for none).</summary>
internal readonly record struct PatchField(SchemaNode? Schema, string Strategy, string MergeKey)
{
    /// <summary>
    /// Looks a field up whose value is an object. Where nothing is known of the parent, nothing is known of the field; a field that a known
    /// type lacks is an error, as upstream's lookup by Go structs has it.
    /// </summary>
    public static PatchField Find(SchemaNode? parent, string name)
    {
        if (parent is null)
            return new PatchField(null, "", "");
        if (parent.Properties is null)
        {
            if (parent.AdditionalProperties is not null)
                throw PatchException.Unclassified("merging an object in json but data type is not struct, instead is: map");
            if (parent.DefinitionName is null)
                return new PatchField(null, "", "");
        }
        if (parent.Properties is null || !parent.Properties.TryGetValue(name, out SchemaNode? field))
            throw PatchException.Unclassified($"unable to find api field in struct {GoName(parent)} for the json field \"{name}\"");
        return new PatchField(field, StrategyOf(field), field.PatchMergeKey ?? "");
    }

    /// <summary>Looks a field up whose value is a list; the schema is that of its items.</summary>
    public static PatchField FindList(SchemaNode? parent, string name)
    {
        PatchField field = Find(parent, name);
        if (field.Schema is null or { Type: null })
            return field with { Schema = null };
        if (field.Schema.Type != "array")
            throw PatchException.Unclassified("expected slice or array type, but got: struct");
        return field with { Schema = field.Schema.Items };
    }

    /// <summary>The kind of Go type that the schema stands for, as messages name it.</summary>
    public static string KindOf(SchemaNode? schema) => schema switch
    {
        null => "interface",
        { Properties: not null } => "struct",
        { Type: "object" } => "map",
        { Type: "integer" } => schema.Format ?? "int",
        { Type: "number" } => "float64",
        { Type: "boolean" } => "bool",
        { Type: "array" } => "slice",
        _ => "string",
    };

    private static string GoName(SchemaNode schema)
    {
        string name = schema.DefinitionName ?? "";
        return name[(name.LastIndexOf('.') + 1)..];
    }

    private static string StrategyOf(SchemaNode field)
    {
        if (field.PatchStrategy is null)
            return "";
        string[] strategies = field.PatchStrategy.Split(',');
        if (strategies is [var only])
            return only == "retainKeys" ? "" : only;
        if (strategies is ["retainKeys", var second])
            return second;
        if (strategies is [var first, "retainKeys"])
            return first;
        throw PatchException.Unclassified($"unexpected patch strategy: [{string.Join(' ', strategies)}]");
    }
}
