// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;

namespace Pelago.Engine.OpenApi;

/// <summary>
/// The documents of what the registry serves right now, made when first asked for. A group version whose rows did not change keeps its document.
/// Thread-safe: one lock guards the cache, and documents are immutable.
/// </summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry, string product)
{
    /// <summary>Built-in documents change with this program only, so its identity is their hash and the index need not write them.</summary>
    private static readonly string Build = typeof(OpenApiDocuments).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    private readonly Lock _gate = new();
    private Dictionary<string, GroupVersionEntry> _entries = [];
    private long _generation;
    private OpenApiDocument? _version2;
    private OpenApiDocument? _version2Protobuf;

    /// <summary>Paths (<c>api/v1</c>, <c>apis/apps/v1</c>) with the hashes of their documents, sorted.</summary>
    public IReadOnlyList<(string Path, string Hash)> Index()
    {
        lock (_gate)
        {
            Refresh();
            return [.. _entries.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value.Hash))];
        }
    }

    /// <summary>The version 3 document of a path of the index; null for another path.</summary>
    public OpenApiDocument? Version3(string path)
    {
        lock (_gate)
        {
            Refresh();
            return _entries.GetValueOrDefault(path)?.Document;
        }
    }

    public OpenApiDocument Version2()
    {
        lock (_gate)
        {
            Refresh();
            return _version2 ??= new OpenApiDocument(WriteVersion2());
        }
    }

    /// <summary>The same as protocol buffers.</summary>
    public OpenApiDocument Version2Protobuf()
    {
        lock (_gate)
        {
            Refresh();
            return _version2Protobuf ??= new OpenApiDocument(GnosticEncoder.Encode(_version2?.Unpack() ?? WriteVersion2()));
        }
    }

    private byte[] WriteVersion2() =>
        OpenApiWriter.Version2([.. _entries.OrderBy(each => each.Key, StringComparer.Ordinal).SelectMany(each => each.Value.Served)], product);

    private void Refresh()
    {
        RegistrySnapshot snapshot = registry.Current;
        if (snapshot.Generation == _generation)
            return;
        var entries = new Dictionary<string, GroupVersionEntry>();
        foreach (IGrouping<string, (ResourceKind Kind, ServedVersion Version)> group in Served(snapshot).GroupBy(each => PathOf(each.Kind, each.Version)))
        {
            (ResourceKind Kind, ServedVersion Version)[] served = [.. group];
            entries[group.Key] = _entries.TryGetValue(group.Key, out GroupVersionEntry? present) && present.IsOf(served)
                ? present
                : new GroupVersionEntry(served, product, HashOf(group.Key, served));
        }
        _entries = entries;
        _generation = snapshot.Generation;
        _version2 = null;
        _version2Protobuf = null;
    }

    /// <summary>Null for custom kinds: only the document itself tells what they look like.</summary>
    private string? HashOf(string path, (ResourceKind Kind, ServedVersion Version)[] served) =>
        Array.Exists(served, each => BuiltInSchemas.Instance.NameOf(each.Kind.Gvk(each.Version.Name)) is null)
            ? null
            : OpenApiDocument.HashOf(Encoding.UTF8.GetBytes($"{Build} {product} {path} {string.Join(' ', served.Select(each => each.Kind.Plural))}"));

    private static IEnumerable<(ResourceKind Kind, ServedVersion Version)> Served(RegistrySnapshot snapshot) =>
        snapshot.Kinds.SelectMany(kind => kind.Versions.Select(version => (kind, version)))
            .OrderBy(each => each.kind.Plural, StringComparer.Ordinal);

    private static string PathOf(ResourceKind kind, ServedVersion version) =>
        kind.Group.Length == 0 ? $"api/{version.Name}" : $"apis/{kind.Group}/{version.Name}";
}
