// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Registry;

/// <summary>
/// One kind that is served: a row of data. Built-in kinds are rows of the files beside this one, CustomResourceDefinitions make rows at run
/// time; the pipeline knows no other difference between kinds than what stands here and in <see cref="Strategy"/>. Immutable.
/// </summary>
internal sealed record ResourceKind
{
    public required string Group { get; init; }

    /// <summary>In order of preference. Never empty.</summary>
    public required IReadOnlyList<ServedVersion> Versions { get; init; }

    /// <summary>The version of the stored bytes; not necessarily a served one.</summary>
    public required string StorageVersion { get; init; }

    /// <summary>The group in the stored bytes when it is not <see cref="Group"/>: a view of another group's objects.</summary>
    public string? StorageGroup { get; init; }

    /// <summary>Of the stored form; null inside when nothing is known of it.</summary>
    public Lazy<SchemaNode?> StoredSchema { get; init; } = new((SchemaNode?)null);
    public required string Kind { get; init; }
    public required string ListKind { get; init; }
    public required string Plural { get; init; }
    public required string Singular { get; init; }
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];
    public required bool Namespaced { get; init; }
    public IReadOnlyList<string> Verbs { get; init; } = ResourceVerbs.All;
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>The name in the revision log. Two rows with one name are two views of the same objects (the two Event groups).</summary>
    public required string StoreName { get; init; }

    /// <summary>Shared by all rows of one <see cref="StoreName"/>.</summary>
    public FieldIndex Fields { get; init; } = FieldIndex.NamesOnly;
    public ResourceStrategy Strategy { get; init; } = ResourceStrategy.Plain;

    /// <summary>After which the store deletes an object by itself (Events: one hour).</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The built-in table columns: plural, or plural.group; kinds without any show name and age.</summary>
    public string ColumnsKey { get; init; } = "";

    /// <summary>PUT creates what does not exist.</summary>
    public bool AllowCreateOnUpdate { get; init; }

    /// <summary>PUT without resourceVersion overwrites whatever is there.</summary>
    public bool AllowUnconditionalUpdate { get; init; } = true;

    /// <summary><c>metadata.generation</c> counts changes of the desired state.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>A create may bring a status (nodes).</summary>
    public bool StatusOnCreate { get; init; }

    /// <summary>Writes through status keep labels, annotations, finalizers and owners of the stored object.</summary>
    public bool StatusKeepsMetadata { get; init; }

    /// <summary>Whether nothing that checks a write of the status looks at the spec: it is carried over as it is stored. Only of kinds stored as they are served.</summary>
    public bool StatusStandsAlone { get; init; }
    public GarbagePolicy DefaultGarbagePolicy { get; init; }

    /// <summary>
    /// Of a custom kind whose definition was changed: objects stored at or before this revision are pruned and filled in by the present
    /// schema when they are read. 0: none are.
    /// </summary>
    public long ReshapedAt { get; init; }

    /// <summary>Fires when the row is no longer how the kind is served: what was begun with it (watches) ends. Of built-in kinds it never does.</summary>
    public CancellationToken Outdated { get; init; }

    /// <summary>Made by a CustomResourceDefinition: no strategic merge, every field but metadata and status counts for the generation.</summary>
    public bool IsCustom { get; init; }

    /// <summary>What names may look like: a rule of <see cref="NameRules"/>.</summary>
    public Func<string, IReadOnlyList<string>> NameRule { get; init; } = NameRules.Dns1123Subdomain;

    /// <summary>Its watches can be had as cells (docs/protocols/cells.md).</summary>
    public bool HasCells { get; init; }

    /// <summary>A delete answers with the last state of the object instead of a Status.</summary>
    public bool ReturnsDeletedObject { get; init; }

    /// <summary>The <c>apiVersion</c> of the stored bytes.</summary>
    public string StoredApiVersion => new GroupVersion(StorageGroup ?? Group, StorageVersion).ToString();
    public GroupResource GroupResource => new(Group, Plural);
    public ServedVersion PreferredVersion => Versions[0];
    public bool HasStatus => Subresource("status") is not null;

    /// <summary>Read, but made when it is asked for: an <see cref="Resources.IObjectSource"/> answers, nothing is in the store.</summary>
    public bool IsComputed { get; init; }

    /// <summary>False for kinds that only answer a POST (reviews) or are computed: nothing of them is in the store.</summary>
    public bool IsStored => !IsComputed && (Verbs.Contains("get") || Verbs.Contains("list"));

    public GroupVersionKind Gvk(string version) => new(Group, version, Kind);

    public GroupVersionResource Gvr(string version) => new(Group, version, Plural);

    public ServedVersion? Version(string name)
    {
        foreach (ServedVersion version in Versions)
        {
            if (version.Name == name)
                return version;
        }

        return null;
    }

    public Subresource? Subresource(string name)
    {
        foreach (Subresource subresource in Subresources)
        {
            if (subresource.Name == name)
                return subresource;
        }

        return null;
    }
}
