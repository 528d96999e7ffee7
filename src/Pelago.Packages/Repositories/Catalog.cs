// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>
/// All repositories as one: of a name and version that several have, the first repository's counts. Made from what is kept; nothing is asked of any server.
/// </summary>
public sealed class Catalog
{
    private readonly PackageStore _store;
    private readonly SortedDictionary<string, List<CatalogPackage>> _packages = new(StringComparer.Ordinal);
    private readonly HashSet<(string Name, string Version)> _known = [];

    private Catalog(PackageStore store) => _store = store;

    /// <summary>In order of priority.</summary>
    public IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)> Repositories { get; private init; } = [];

    public static Catalog Load(PackageStore store)
    {
        IReadOnlyList<RepositoryEntry> entries = store.Repositories();
        var catalog = new Catalog(store) { Repositories = [.. entries.Select(entry => (entry, store.Kept(entry.Name).State()))] };
        for (int priority = 0; priority < entries.Count; priority++)
        {
            foreach (IndexedPackage package in store.Kept(entries[priority].Name).Index().OrderByDescending(package => package.ReleaseVersion))
                catalog.Add(new CatalogPackage(entries[priority], priority, package));
        }

        return catalog;
    }

    /// <summary>The newest revision of each package that has every word of the query, the best first; an asterisk in a word stands for anything.</summary>
    public IReadOnlyList<CatalogPackage> Search(string query)
    {
        var search = new CatalogQuery(query);
        return [.. _packages.Values.Select(revisions => (Package: revisions[0], Rank: search.Rank(revisions[0].Package))).Where(found => found.Rank > 0)
            .OrderByDescending(found => found.Rank).ThenByDescending(found => found.Package.Package.Selected).ThenBy(found => found.Package.Name, StringComparer.Ordinal)
            .Select(found => found.Package)];
    }

    /// <summary>All revisions of a package: those of the first repository first, and of each the newest first. Empty for a name that is not known.</summary>
    public IReadOnlyList<CatalogPackage> Revisions(string name) => _packages.TryGetValue(name, out List<CatalogPackage>? revisions) ? revisions : [];

    /// <summary>The names of all packages, in order.</summary>
    public IEnumerable<string> Names() => _packages.Keys;

    /// <summary>One revision, whole.</summary>
    public PackageRevision Read(CatalogPackage package) => _store.Kept(package.Repository.Name).Read(package.Package);

    private void Add(CatalogPackage package)
    {
        // Also within a repository a version may have been released again: the newest release of it comes first and counts.
        if (!_known.Add((package.Name, package.Package.Version)))
            return;
        if (!_packages.TryGetValue(package.Name, out List<CatalogPackage>? revisions))
            _packages[package.Name] = revisions = [];
        revisions.Add(package);
    }
}
