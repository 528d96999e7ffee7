// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Schema;

/// <summary>
/// The schemas of the kinds that the engine serves by itself. A definition is made into nodes when first asked for, with all that it reaches,
/// and then shared. Safe for many threads; the nodes are never changed after they were handed out.
/// </summary>
internal sealed class BuiltInSchemas
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SchemaNode> _nodes = [];
    private readonly Lazy<Dictionary<GroupVersionKind, string>> _kinds = new(IndexKinds);

    public static BuiltInSchemas Instance { get; } = new();

    /// <summary>The schema of a kind (also of lists, DeleteOptions, Scale, the reviews…); null when it is not one of ours.</summary>
    public SchemaNode? Find(GroupVersionKind kind) => _kinds.Value.TryGetValue(kind, out string? name) ? Definition(name) : null;

    /// <summary>The name of a kind's definition, <c>io.k8s.api.core.v1.Pod</c>; null when it is not one of ours.</summary>
    public string? NameOf(GroupVersionKind kind) => _kinds.Value.GetValueOrDefault(kind);

    /// <summary>The schema of a definition by its name; an unknown name is a <see cref="KeyNotFoundException"/>.</summary>
    public SchemaNode Definition(string name)
    {
        lock (_gate)
            return Resolve(name);
    }

    private SchemaNode Resolve(string name)
    {
        if (_nodes.TryGetValue(name, out SchemaNode? present))
            return present;
        ReadOnlyMemory<byte> source = DefinitionSource.Schemas.Get(name);
        // Known before it is read: a definition may contain itself.
        var node = new SchemaNode { DefinitionName = name };
        _nodes.Add(name, node);
        new SchemaReader(source, Resolve).ReadInto(node);
        return node;
    }

    private static Dictionary<GroupVersionKind, string> IndexKinds()
    {
        var kinds = new Dictionary<GroupVersionKind, string>();
        foreach (string name in DefinitionSource.Schemas.Names)
        {
            foreach (GroupVersionKind kind in SchemaReader.ReadKinds(DefinitionSource.Schemas.Get(name)))
                kinds[kind] = name;
        }
        return kinds;
    }
}
