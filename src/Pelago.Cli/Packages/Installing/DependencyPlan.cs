// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages.Installing;

/// <summary>A package that another one needs and that is not installed yet, and why it was chosen.</summary>
internal sealed record NeededPackage(PackageRevision Package, string Repository, string Why);

/// <summary>Finds what a package needs: what is installed already counts, and of the rest the first version of the catalogue that all who need it take.</summary>
internal sealed class DependencyPlan(Catalog? catalog, IReadOnlyList<Installation> installed)
{
    private const int MaxPackages = 100;
    private readonly List<NeededPackage> _found = [];
    private readonly List<string> _under = [];

    /// <summary>In the order in which they are installed.</summary>
    public IReadOnlyList<NeededPackage> Of(PackageRevision package)
    {
        Add(package);
        return _found;
    }

    private void Add(PackageRevision package)
    {
        if (_under.Contains(package.Name))
            throw new CliException($"{_under[0]} was not installed: packages need each other in a circle: {string.Join(" needs ", _under.SkipWhile(name => name != package.Name).Append(package.Name))}");
        if (_found.Count > MaxPackages)
            throw new CliException($"{package.Name} was not installed: it needs more than {MaxPackages} packages");
        _under.Add(package.Name);
        foreach (JsonObject need in (package.Package.Array("dependencies") ?? []).OfType<JsonObject>())
            Add(package, need.String("name") ?? "", [.. (need.Array("versions") ?? []).Select(version => version?.ToString() ?? "")]);
        _under.RemoveAt(_under.Count - 1);
    }

    private void Add(PackageRevision package, string name, string[] versions)
    {
        string why = $"{package.Name} {package.Version} needs {name}{(versions.Length == 0 ? "" : $" {string.Join(" or ", versions)}")}";
        Installation[] present = [.. installed.Where(one => one.Spec.Package == name)];
        if (present.Any(one => Fits(one.Spec.Version, versions)))
            return;
        if (present.Length > 0)
            throw new CliException($"{package.Name} was not installed: {why}, and {present[0].Name} is {name} {present[0].Spec.Version}: 'pelago package upgrade {present[0].Name}' first");
        if (_found.FirstOrDefault(other => other.Package.Name == name) is { } chosen)
        {
            if (!Fits(chosen.Package.Version, versions))
                throw new CliException($"{package.Name} was not installed: {why}, and {chosen.Why}: no version suits both");
            return;
        }

        CatalogPackage found = catalog?.Revisions(name).FirstOrDefault(revision => Fits(revision.Package.Version, versions))
            ?? throw new CliException($"{package.Name} was not installed: {why}, which no repository has", ExitCode.NothingMatched);
        PackageRevision revision = PackageStores.Try(() => catalog!.Read(found));
        Add(revision);
        _found.Add(new NeededPackage(revision, found.Repository.Name, why));
    }

    private static bool Fits(string version, string[] versions) => versions.Length == 0 || versions.Contains(version);
}
