// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Page.Installing;

/// <summary>Makes of a request the spec that it comes to, or says why that cannot be.</summary>
/// <param name="catalog">What is kept of the home's repositories; read when a package is wanted.</param>
internal sealed class InstallPlanner(InstallHome home, Func<Catalog> catalog)
{
    public async Task<InstallPlan> PlanAsync(InstallRequest request, CancellationToken cancel)
    {
        Installation? present = await home.FindAsync(request.Name, cancel);
        if (request.Operation == InstallOperation.Install)
            return present is null ? await InstallAsync(request, cancel) : throw Refused(409, $"{request.Name} is there already ({present.Spec.Package} {present.VersionInForce}, {present.Phase}): upgrade it, or choose another name");
        if (present is null)
            throw Refused(404, $"nothing called {request.Name} is installed in namespace {request.Namespace} of cluster {home.Cluster}");
        if (present.IsDeleting)
            throw Refused(409, $"{request.Name} is being removed");
        return request.Operation == InstallOperation.Upgrade ? await UpgradeAsync(request, present, cancel) : await RollbackAsync(request, present, cancel);
    }

    /// <summary>What the package needs and nobody has installed, in words.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(PackageRevision package, CancellationToken cancel)
    {
        return Dependency.Of(package.Package).Count == 0 ? [] : [.. Dependency.MissingOf(package.Package, await home.ListAsync(cancel)).Select(need => need.ToString())];
    }

    private async Task<InstallPlan> InstallAsync(InstallRequest request, CancellationToken cancel)
    {
        (PackageRevision package, string repository) = Find(request.Package, request.Version);
        Resolution resolution = Dependency.Of(package.Package).Count == 0 ? new Resolution([], []) : new DependencySolver(
            InstalledPackage.Of(await home.ListAsync(cancel)),
            name => DependencyCandidate.From(catalog(), name)).Solve(package);
        if (resolution.Conflict.Count > 0)
            throw Refused(409, string.Join('\n', resolution.Conflict));
        var spec = new InstallationSpec
        {
            Package = package.Name, Version = package.Version, Digest = DigestOf(package), Repository = repository, Options = request.Options,
            Clusters = request.Clusters.Count == 1 && request.Clusters[0] == home.Cluster ? [] : [.. request.Clusters.Select(cluster => new ClusterTarget(cluster, []))],
        };
        return new InstallPlan(spec, package, null, "installed")
        {
            Needed = resolution.Packages,
        };
    }

    private async Task<InstallPlan> UpgradeAsync(InstallRequest request, Installation present, CancellationToken cancel)
    {
        (InstallationSpec now, string lost) = await home.SpecAsync(present, cancel);
        // Only its options change: the package that it has, whatever repositories say of that version by now.
        (PackageRevision package, string repository) = request.Version == now.Version && await KeptAsync(now.Digest, cancel) is { } kept ? (kept, now.Repository) : Find(now.Package, request.Version);
        string cause = package.Version != now.Version ? $"upgraded from {now.Version}" : "options changed";
        JsonObject options = SecretOptions.Keep(package.Config, now.Options, request.Options, now.SecretPaths);
        return new InstallPlan(now with { Version = package.Version, Digest = DigestOf(package), Repository = repository, Options = options }, package, present, cause) { Before = now, Lost = lost };
    }

    /// <summary>The package that lies beside an installation; null where it does not, as beside a copy from elsewhere.</summary>
    private async Task<PackageRevision?> KeptAsync(string digest, CancellationToken cancel)
    {
        try
        {
            return await home.PackageAsync(digest, cancel);
        }
        catch (ApiStatusException lost) when (lost.Status.IsNotFound)
        {
            return null;
        }
    }

    private async Task<InstallPlan> RollbackAsync(InstallRequest request, Installation present, CancellationToken cancel)
    {
        InstallationRevision target = (request.Revision > 0
                ? present.History.FirstOrDefault(revision => revision.Number == request.Revision)
                : present.Before)
            ?? throw Refused(404, request.Revision > 0 ? $"{present.Name} has no revision {request.Revision} any more" : $"{present.Name} has no revision before {present.Revision} that was healthy");
        (InstallationSpec spec, string lost) = await home.SpecAsync(present, target, cancel);
        if (lost.Length > 0)
            throw Refused(409, $"the secret options of revision {target.Number} are lost ({lost}): change it to {target.Package} {target.Version} and give them again");
        return new InstallPlan(spec, await home.PackageAsync(spec.Digest, cancel), present, $"rolled back to revision {target.Number}") { Before = (await home.SpecAsync(present, cancel)).Spec };
    }

    private (PackageRevision Package, string Repository) Find(string name, string version)
    {
        Catalog all = catalog();
        CatalogPackage found = all.Revisions(name).FirstOrDefault(revision => version.Length == 0 || revision.Package.Version == version)
            ?? throw Refused(404, $"no repository has {name} {version}".TrimEnd());
        return (all.Read(found), found.Repository.Name);
    }

    private static string DigestOf(PackageRevision package) => RecordStore.DigestOf(PackageRecord.Of(package));

    private static ApiStatusException Refused(int code, string message) =>
        new(new ApiStatus { Code = code, Reason = code == 404 ? StatusReason.NotFound : StatusReason.Conflict, Message = message });
}
