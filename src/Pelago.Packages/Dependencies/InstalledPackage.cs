// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Api;

namespace Pelago.Packages.Dependencies;

/// <summary>A package that is there already.</summary>
/// <param name="Installation">By which name it is installed.</param>
public sealed record InstalledPackage(string Installation, string Package, string Version)
{
    /// <summary>What installations have; those that are being removed have nothing that could be counted on.</summary>
    public static IReadOnlyList<InstalledPackage> Of(IEnumerable<Installation> installations) =>
        [.. installations.Where(one => !one.IsDeleting).Select(one => new InstalledPackage(one.Name, one.Spec.Package, one.VersionInForce))];
}
