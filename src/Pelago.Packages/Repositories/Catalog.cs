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
    private readonly SortedDictionary<string, List<CatalogPackage>> _hidden = new(StringComparer.Ordinal);
    private readonly HashSet<(string Name, string Version)> _known = [];
    private readonly List<RepositoryEntry> _empty = [];

    private Catalog(PackageStore store) => _store = store;

    /// <summary>In order of priority.</summary>
    public IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)> Repositories { get; private init; } = [];

    /// <summary>Repositories of which not one package is kept.</summary>
    public IReadOnlyList<RepositoryEntry> Empty => _empty;

    public static Catalog Load(PackageStore store)
    {
        IReadOnlyList<RepositoryEntry> entries = store.Repositories();
        var catalog = new Catalog(store) { Repositories = [.. entries.Select(entry => (entry, store.Kept(entry.Name).State()))] };
        for (int priority = 0; priority < entries.Count; priority++)
        {
            IReadOnlyList<IndexedPackage> kept = store.Kept(entries[priority].Name).Index();
            if (kept.Count == 0)
                catalog._empty.Add(entries[priority]);
            foreach (IndexedPackage package in kept.OrderByDescending(package => package.ReleaseVersion))
                catalog.Add(new CatalogPackage(entries[priority], priority, package));
        }

        return catalog;
    }

    /// <summary>The newest revision of each package that has every word of the query, the best first; an asterisk in a word stands for anything.</summary>
    /// <param name="hidden">Whether packages count of which nothing is offered, too.</param>
    public IReadOnlyList<CatalogPackage> Search(string query, bool hidden = false)
    {
        var search = new CatalogQuery(query);
        IEnumerable<List<CatalogPackage>> packages = hidden ? _packages.Values.Concat(_hidden.Where(pair => !_packages.ContainsKey(pair.Key)).Select(pair => pair.Value)) : _packages.Values;
        return [.. packages.Select(revisions => (Package: revisions[0], Rank: search.Rank(revisions[0].Package))).Where(found => found.Rank > 0)
            .OrderByDescending(found => found.Rank).ThenByDescending(found => found.Package.Package.Selected).ThenBy(found => found.Package.Name, StringComparer.Ordinal)
            .Select(found => found.Package)];
    }

    /// <summary>The revisions of a package that are offered: those of the first repository first, and of each the newest first. Empty for a name that is not known.</summary>
    public IReadOnlyList<CatalogPackage> Revisions(string name) => _packages.TryGetValue(name, out List<CatalogPackage>? revisions) ? revisions : [];

    /// <summary>The revisions of a package that repositories have and that are not offered, in the same order; each says why.</summary>
    public IReadOnlyList<CatalogPackage> Hidden(string name) => _hidden.TryGetValue(name, out List<CatalogPackage>? revisions) ? revisions : [];

    /// <summary>The names of all packages of which something is offered, in order.</summary>
    public IEnumerable<string> Names() => _packages.Keys;

    /// <summary>One revision, whole. Throws a <see cref="RepositoryException"/> where what is kept of its repository is damaged.</summary>
    public PackageRevision Read(CatalogPackage package) => _store.Kept(package.Repository.Name).Read(package.Package);

    /// <summary>The same; null where what is kept of its repository is damaged, which is that repository's affair alone.</summary>
    public PackageRevision? TryRead(CatalogPackage package)
    {
        try
        {
            return Read(package);
        }
        catch (RepositoryException)
        {
            return null;
        }
    }

    private void Add(CatalogPackage package)
    {
        if (!package.Package.IsOffered)
        {
            Add(_hidden, package);
            return;
        }

        // Also within a repository a version may have been released again: the newest release of it comes first and counts.
        if (_known.Add((package.Name, package.Package.Version)))
            Add(_packages, package);
    }

    private static void Add(SortedDictionary<string, List<CatalogPackage>> packages, CatalogPackage package)
    {
        if (!packages.TryGetValue(package.Name, out List<CatalogPackage>? revisions))
            packages[package.Name] = revisions = [];
        revisions.Add(package);
    }
}
