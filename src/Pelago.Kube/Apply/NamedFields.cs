// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>Sets seen through a schema.</summary>
internal static class NamedFields
{
    /// <summary>
    /// The set with every declared field on the way to a path in it, too: so that removing all that an applier had takes away the structs
    /// that nothing else holds open (structured-merge-diff EnsureNamedFieldsAreMembers).
    /// </summary>
    public static FieldSet AsMembers(FieldSet set, SchemaNode? schema) => AsMembers(set, new FieldSchema(schema));

    /// <summary>
    /// The set after the schema's lists and maps that were owned piece by piece became atomic: who owned a piece owns the whole
    /// (structured-merge-diff typed/reconcile_schema.go).
    /// </summary>
    public static FieldSet Reconciled(FieldSet set, SchemaNode? schema) => Reconciled(set, new FieldSchema(schema));

    private static FieldSet AsMembers(FieldSet set, FieldSchema schema)
    {
        ReadOnlySpan<FieldSet.Entry> entries = set.Entries;
        var result = new FieldSet.Entry[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            FieldSet.Entry entry = entries[i];
            FieldSchema below = Below(entry.Element, schema, out bool declared);
            FieldSet? children = entry.Children is null ? null : AsMembers(entry.Children, below);
            result[i] = new FieldSet.Entry(entry.Element, entry.IsMember || declared, children);
        }
        return FieldSet.Of(result);
    }

    private static FieldSet Reconciled(FieldSet set, FieldSchema schema)
    {
        FieldSet.Entry[]? changed = null;
        for (int i = 0; i < set.Entries.Length; i++)
        {
            FieldSet.Entry entry = set.Entries[i];
            if (entry.Children is null)
                continue;
            FieldSchema below = Below(entry.Element, schema, out _);
            if (below.IsDeduced)
                continue;
            FieldSet.Entry now = below.ShapeOf(null) is FieldShape.AtomicList or FieldShape.AtomicMap
                ? new FieldSet.Entry(entry.Element, true, null)
                : new FieldSet.Entry(entry.Element, entry.IsMember, Reconciled(entry.Children, below));
            if (now.Same(entry))
                continue;
            changed ??= set.Entries.ToArray();
            changed[i] = now;
        }
        return changed is null ? set : FieldSet.Of(changed);
    }

    private static FieldSchema Below(PathElement element, FieldSchema schema, out bool declared)
    {
        declared = false;
        if (element.FieldName is { } name)
            return schema.Field(name, out declared);
        return element.IsKey ? schema.Items : default;
    }
}
