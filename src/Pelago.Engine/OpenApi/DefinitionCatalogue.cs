// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.OpenApi;

/// <summary>Where a document finds definitions: those of its custom kinds, and the built-in ones.</summary>
internal sealed class DefinitionCatalogue
{
    private static readonly SchemaNode PatchDefinition = new()
    {
        DefinitionName = PathNames.Patch,
        Type = "object",
        Description = "Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.",
    };

    private readonly Dictionary<string, SchemaNode> _custom = [];
    private readonly Dictionary<GroupVersionKind, string> _customKinds = [];

    public void Add(ResourceKind kind, ServedVersion version)
    {
        if (BuiltInSchemas.Instance.NameOf(kind.Gvk(version.Name)) is not null)
            return;
        foreach (SchemaNode definition in CustomDefinitions.Of(kind, version, BuiltInSchemas.Instance.Definition))
        {
            _custom[definition.DefinitionName!] = definition;
            _customKinds[definition.GroupVersionKinds[0]] = definition.DefinitionName!;
        }
    }

    public string? NameOf(GroupVersionKind kind) => BuiltInSchemas.Instance.NameOf(kind) ?? _customKinds.GetValueOrDefault(kind);

    public SchemaNode Get(string name)
    {
        if (name == PathNames.Patch)
            return PatchDefinition;
        return _custom.TryGetValue(name, out SchemaNode? definition) ? definition : BuiltInSchemas.Instance.Definition(name);
    }
}
