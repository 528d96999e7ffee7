// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Dependencies;

/// <summary>What a package needs: another one, in one of these versions, or in any when there are none named. Versions are names; none is newer than another by itself.</summary>
public sealed record Dependency(string Name, IReadOnlyList<string> Versions)
{
    public bool Fits(string version) => Versions.Count == 0 || Versions.Contains(version);

    /// <param name="package">package.json.</param>
    public static IReadOnlyList<Dependency> Of(JsonObject package) =>
    [
        .. (package.Array("dependencies") ?? []).OfType<JsonObject>()
            .Select(need => new Dependency(need.String("name") ?? "", [.. (need.Array("versions") ?? []).Select(version => version?.ToString() ?? "")])),
    ];

    /// <summary>What a package needs and these installations have in no version that will do.</summary>
    /// <param name="package">package.json.</param>
    public static IEnumerable<Dependency> MissingOf(JsonObject package, IReadOnlyList<Installation> installations) => Of(package)
        .Where(need => !installations.Any(one => !one.IsDeleting && one.Spec.Package == need.Name && need.Fits(one.VersionInForce)));

    public override string ToString() => Versions.Count == 0 ? Name : $"{Name} {string.Join(" or ", Versions)}";
}
