// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Packages.Dependencies;

/// <summary>A version of a package that could be installed; it is read when it is looked at.</summary>
/// <param name="Repository">Where it is from.</param>
public sealed record DependencyCandidate(string Version, string Repository, Func<PackageRevision> Read)
{
    /// <summary>What a catalogue offers of a package, what would be chosen first first.</summary>
    public static IReadOnlyList<DependencyCandidate> From(Catalog catalog, string name) =>
        [.. catalog.Revisions(name).Select(one => new DependencyCandidate(one.Package.Version, one.Repository.Name, () => catalog.Read(one)))];
}
