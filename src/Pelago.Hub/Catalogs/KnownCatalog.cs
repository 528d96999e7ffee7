// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pelago.Hub.Cosmos;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Catalogs;

/// <summary>A catalogue and what was read for it of whole packages. A package of a damaged repository has no pictures and no addresses. For many threads.</summary>
internal sealed class KnownCatalog(Catalog catalog)
{
    /// <summary>Of an address in characters: a list has many.</summary>
    private const int MaxIcon = 12 * 1024;
    private static readonly string[] IconKinds = ["data:image/svg+xml;base64,", "data:image/png;base64,"];
    private readonly ConcurrentDictionary<CatalogPackage, string> _icons = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<CatalogPackage, JsonObject?> _images = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<IReadOnlyDictionary<string, RepositoryEntry>> _addresses = new(() => Addresses(catalog), LazyThreadSafetyMode.PublicationOnly);

    public Catalog Catalog => catalog;

    /// <summary>Every address that a package names as its own, and the repository that the package is from.</summary>
    public IReadOnlyDictionary<string, RepositoryEntry> AssetAddresses => _addresses.Value;

    /// <summary>
    /// The picture that a package brings with it, as a <c>data:</c> address: the page loads nothing from elsewhere. Empty: it has none that can be shown.
    /// </summary>
    public string Icon(CatalogPackage package) => _icons.GetOrAdd(package, one => catalog.TryRead(one) is { } revision ? IconOf(revision) : "");

    public static string IconOf(PackageRevision package) =>
        package.Resource?.Object("images")?.String("icon-medium") is { Length: <= MaxIcon } icon && Array.Exists(IconKinds, kind => icon.StartsWith(kind, StringComparison.Ordinal)) ? icon : "";

    /// <summary>Null for none.</summary>
    public JsonObject? Images(CatalogPackage package) => (JsonObject?)_images.GetOrAdd(package, one => catalog.TryRead(one)?.Resource?.Object("images"))?.DeepClone();

    private static Dictionary<string, RepositoryEntry> Addresses(Catalog catalog)
    {
        var found = new Dictionary<string, RepositoryEntry>(StringComparer.Ordinal);
        foreach (CatalogPackage package in catalog.Names().SelectMany(catalog.Revisions))
        {
            foreach (string address in ResourceAddresses.Of(catalog.TryRead(package)?.Resource))
                found.TryAdd(address, package.Repository);
        }

        return found;
    }
}
