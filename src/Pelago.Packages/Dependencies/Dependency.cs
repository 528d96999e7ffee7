// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

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

    public override string ToString() => Versions.Count == 0 ? Name : $"{Name} {string.Join(" or ", Versions)}";
}
