// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Repositories;

/// <summary>One revision, and the repository that it is from.</summary>
/// <param name="Priority">The repository's place in the list, from 0.</param>
public sealed record CatalogPackage(RepositoryEntry Repository, int Priority, IndexedPackage Package)
{
    public string Name => Package.Name;

    /// <summary>In words why it is not offered; null when it is.</summary>
    public string? Hidden => Package.Hidden;
}
