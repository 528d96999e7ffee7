// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Who of a namespace needs what an installation is, and what it would need itself: said before it is changed, for the clusters forbid none of it.</summary>
internal sealed class DependencyWarnings(InstallationAccess access)
{
    /// <summary>Of a change to another version, or of a removal: those that would have nothing of what they need any more, a line each.</summary>
    /// <param name="version">Null: it is removed.</param>
    public async Task<IReadOnlyList<string>> DependentsAsync(Installation present, string? version, CancellationToken cancel)
    {
        IReadOnlyList<Installation> all;
        try
        {
            all = await InstallationAccess.ListAsync(access.Home, access.Namespace, cancel);
        }
        catch (ApiStatusException unread) when (unread.Status.Code is 401 or 403)
        {
            return [$"who needs {present.Name} is not known: {PlainText.Of(unread.Status.Message)}"];
        }

        Installation[] others = [.. all.Where(one => one.Name != present.Name && !one.IsDeleting)];
        var lines = new List<string>();
        foreach (Installation other in others)
        {
            foreach (Dependency need in (await NeedsAsync(other, cancel)).Where(need => need.Name == present.Spec.Package && need.Fits(present.VersionInForce)))
            {
                bool isMet = (version is not null && need.Fits(version)) || others.Any(one => one.Spec.Package == need.Name && need.Fits(one.VersionInForce));
                if (!isMet)
                    lines.Add($"{other.Name} ({PlainText.Of(other.Spec.Package)} {PlainText.Of(other.VersionInForce)}) needs {PlainText.Of(need.ToString())}{(need.Versions.Count == 0 ? ", in any version" : "")}, which {present.Name} is{(version is null ? "" : $" and {version} is not")}");
            }
        }

        return lines;
    }

    /// <summary>What a package needs and is not installed: until it is, nothing of the package is applied.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(PackageRevision package, CancellationToken cancel)
    {
        if (Dependency.Of(package.Package).Count == 0)
            return [];
        IReadOnlyList<Installation> all = await InstallationAccess.ListAsync(access.Home, access.Namespace, cancel);
        return
        [
            .. Dependency.MissingOf(package.Package, all)
                .Select(need => $"{package.Name} {package.Version} needs {need}, which is not installed in namespace {access.Namespace}: '{Invocation.Program} package install {need.Name}{(need.Versions is [var only, ..] ? $" --package-version {only}" : "")}' first"),
        ];
    }

    /// <summary>None where the package is lost: its own installation says so.</summary>
    private async Task<IReadOnlyList<Dependency>> NeedsAsync(Installation installation, CancellationToken cancel)
    {
        try
        {
            return PackageRecord.Read(await access.Records.ReadAsync(access.Namespace, installation.Spec.Digest, cancel)) is { } package ? Dependency.Of(package.Package) : [];
        }
        catch (Exception lost) when (lost is ApiStatusException or JsonException)
        {
            return [];
        }
    }
}
