// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Format;

/// <summary>Which parts of a package may stand beside which, by its packaging version.</summary>
/// <param name="Package">package.json.</param>
internal sealed record PackageParts(JsonObject Package)
{
    public JsonObject? Resource { get; init; }

    public bool HasCommand { get; init; }

    public bool HasMarathonTemplate { get; init; }

    public bool HasKubernetesTemplate { get; init; }

    /// <summary>What is wrong: the name of the file that should not be as it is, where in it, and why.</summary>
    public IEnumerable<(string File, string Pointer, string Message)> Faults()
    {
        string version = Package.String("packagingVersion") ?? "";
        if (HasCommand && version is not ("2.0" or "3.0"))
            yield return ("command.json", "", $"packages of version {version} have no command.json");
        bool own = version == PackageSchemas.Own;
        if (own ? HasMarathonTemplate : HasKubernetesTemplate)
        {
            string forbidden = own ? "marathon.json.mustache" : "kubernetes.yaml.mustache";
            yield return (forbidden, "", $"packages of version {version} have no {forbidden}");
        }

        if (!own && !HasCommand && Resource?.Object("cli") is not null && !IsAtLeast18(Package.String("minDcosReleaseVersion")))
            yield return ("resource.json", "/cli", "needs a minDcosReleaseVersion of 1.8 or newer in package.json, or a command.json beside it");
    }

    private static bool IsAtLeast18(string? version) =>
        version?.Split('.') is { Length: >= 1 } parts && int.TryParse(parts[0], out int major)
        && (major > 1 || (major == 1 && parts.Length > 1 && int.TryParse(parts[1], out int minor) && minor >= 8));
}
