// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Format;

/// <summary>One revision of a package, read from wherever it came.</summary>
/// <param name="ReleaseVersion">The order of revisions within a repository; versions are names only.</param>
/// <param name="Package">package.json.</param>
public sealed record PackageRevision(long ReleaseVersion, JsonObject Package)
{
    public string Name => Package.String("name") ?? "";

    public string Version => Package.String("version") ?? "";

    public string PackagingVersion => Package.String("packagingVersion") ?? "";

    /// <summary>config.json: the schema of its options; null when it has none.</summary>
    public JsonObject? Config { get; init; }

    public JsonObject? Resource { get; init; }

    public JsonObject? Command { get; init; }

    /// <summary>marathon.json.mustache; null for a package that runs nothing.</summary>
    public string? MarathonTemplate { get; init; }

    /// <summary>kubernetes.yaml.mustache: of packages of Pelago's own packaging version.</summary>
    public string? KubernetesTemplate { get; init; }
}
