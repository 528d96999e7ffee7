// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Registry;

/// <summary>What the rows of built-in kinds are made with: the schemas, and the strategies that hold state of one engine.</summary>
internal sealed record RowSources
{
    public Func<GroupVersionKind, SchemaNode?> Schema { get; init; } = _ => null;

    /// <summary>Owns the pools of cluster IPs and node ports.</summary>
    public ResourceStrategy Services { get; init; } = ResourceStrategy.Plain;

    /// <summary>Checks schemas and names of definitions.</summary>
    public ResourceStrategy CustomResourceDefinitions { get; init; } = ResourceStrategy.Plain;

    /// <summary>A row with the parts that follow from group, version, kind and plural. The first name in <paramref name="versions"/> is stored.</summary>
    public ResourceKind Row(string group, string versions, string kind, string plural, bool namespaced = true)
    {
        string[] names = versions.Split(' ');
        ServedVersion[] served = [.. names.Select(name => Served(new GroupVersionKind(group, name, kind)))];
        string qualified = group.Length == 0 ? plural : $"{plural}.{group}";
        return new ResourceKind
        {
            Group = group,
            Versions = served,
            StorageVersion = names[0],
            StoredSchema = served[0].Schema,
            Kind = kind,
            ListKind = kind + "List",
            Plural = plural,
            Singular = kind.ToLowerInvariant(),
            Namespaced = namespaced,
            StoreName = qualified,
            ColumnsKey = qualified,
        };
    }

    public Lazy<SchemaNode?> SchemaOf(GroupVersionKind gvk) => new(() => Schema(gvk));

    private ServedVersion Served(GroupVersionKind gvk) =>
        new() { Name = gvk.Version, Schema = SchemaOf(gvk) };
}
