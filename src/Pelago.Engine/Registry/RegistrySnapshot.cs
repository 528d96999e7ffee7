// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using Pelago.Kube;

namespace Pelago.Engine.Registry;

/// <summary>All kinds that are served at one moment. Immutable.</summary>
internal sealed class RegistrySnapshot
{
    private readonly FrozenDictionary<GroupVersionResource, ResourceKind> _byResource;
    private readonly FrozenDictionary<GroupVersionKind, ResourceKind> _byKind;

    public RegistrySnapshot(long generation, IReadOnlyList<ResourceKind> kinds)
    {
        Generation = generation;
        Kinds = kinds;
        var byResource = new Dictionary<GroupVersionResource, ResourceKind>();
        var byKind = new Dictionary<GroupVersionKind, ResourceKind>();
        foreach (ResourceKind kind in kinds)
        {
            foreach (ServedVersion version in kind.Versions)
            {
                byResource.Add(kind.Gvr(version.Name), kind);
                byKind.TryAdd(kind.Gvk(version.Name), kind);
            }
        }

        _byResource = byResource.ToFrozenDictionary();
        _byKind = byKind.ToFrozenDictionary();
    }

    /// <summary>Counts the changes of the registry; documents made from a snapshot are cached under it.</summary>
    public long Generation { get; }

    public IReadOnlyList<ResourceKind> Kinds { get; }

    public ResourceKind? Find(in GroupVersionResource resource) => _byResource.GetValueOrDefault(resource);

    public ResourceKind? Find(in GroupVersionKind kind) => _byKind.GetValueOrDefault(kind);

    /// <summary>Whether a group has kinds that no CustomResourceDefinition made.</summary>
    public bool IsBuiltIn(string group) => Kinds.Any(kind => kind.Group == group && !kind.IsCustom);

    /// <summary>In any served version.</summary>
    public ResourceKind? Find(GroupResource resource)
    {
        foreach (ResourceKind kind in Kinds)
        {
            if (kind.Plural == resource.Resource && kind.Group == resource.Group)
                return kind;
        }

        return null;
    }
}
