// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;
using Pelago.Packages.Rendering;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>/service/describe and update: one installed service, and other options or another version for it.</summary>
internal sealed class ServiceAnswers(CatalogAnswers packages, TimeProvider time)
{
    public async Task<JsonObject> DescribeAsync(CosmosCall call)
    {
        (Installation service, PackageRevision revision, InstalledServices services) = await FindAsync(call);
        JsonObject options = (await services.OpenSpecAsync(service, call.Cancel)).Options;
        string version = revision.Version;
        PackageRevision[] all = [.. packages.Revisions(revision.Name).Where(one => one.Version != version)];
        return new JsonObject
        {
            ["package"] = PackageDocuments.Whole(revision, CosmosEndpoint.OriginOf(call.Http.Request)),
            ["upgradesTo"] = CosmosErrors.Texts(all.Where(one => Names(one, "upgradesFrom", version)).Select(one => one.Version)),
            ["downgradesTo"] = CosmosErrors.Texts(all.Where(one => Names(revision, "downgradesTo", one.Version)).Select(one => one.Version)),
            ["resolvedOptions"] = Resolved(revision, options, []), ["userProvidedOptions"] = SecretOptions.Split(revision.Config, options).Open,
        };
    }

    public async Task<JsonObject> UpdateAsync(CosmosCall call)
    {
        (Installation service, PackageRevision current, InstalledServices services) = await FindAsync(call);
        (PackageRevision target, string repository) = Target(call, current, service.Spec.Repository);
        if (service.IsDeleting)
            throw CosmosErrors.MarathonBadResponse($"{service.Name} is being removed", "wait until it is gone, and install it again");
        if (VersionRules.Refusal(current.Package, target.Package) is { } refusal)
            throw CosmosErrors.VersionUpgradeNotSupportedInOpen(target.Version, current.Version, refusal);
        (InstallationSpec present, string lost) = await services.SpecAsync(service, call.Cancel);
        JsonObject options = call.Body.Boolean("replace") == true ? SecretOptions.Keep(target.Config, present.Options, call.Options, present.SecretPaths) : OptionMerge.Merge(present.Options, call.Options);
        foreach (JsonObject those in OnEach(present with { Options = options }))
        {
            (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(target, those, service.Namespace, service.Name, present.SecretPaths);
            if (release is null)
                throw InstallAnswers.Refusal(target, those, service.Namespace, service.Name, faults);
        }

        if (InstallAnswers.IdOf(target, options) is { } now && InstallAnswers.IdOf(current, present.Options) is { } before && now != before)
            throw CosmosErrors.AppIdChanged(AppIds.Normal(now), AppIds.Normal(before));
        InstallationSpec spec = present with { Version = target.Version, Digest = RecordStore.DigestOf(PackageRecord.Of(target)), Repository = repository, Options = options };
        string cause = current.Version == target.Version ? "options changed by a client of Cosmos" : $"upgraded from {current.Version}";
        Installation changed = await services.Writes.ChangeAsync(service, target, spec, lost.Length > 0 ? $"{cause}; secret options of before are lost ({lost})" : cause, call.Cancel);
        return new JsonObject
        {
            ["package"] = PackageDocuments.Whole(target, CosmosEndpoint.OriginOf(call.Http.Request)), ["resolvedOptions"] = Resolved(target, options, present.SecretPaths),
            ["marathonDeploymentId"] = $"{changed.Object.Uid}.{changed.Object.Generation}",
        };
    }

    private async Task<(Installation Service, PackageRevision Revision, InstalledServices Services)> FindAsync(CosmosCall call)
    {
        InstallAnswers.RefuseManagers(call, null);
        string appId = AppIds.Normal(call.Required("appId"));
        var services = new InstalledServices(call.User, time);
        Installation service = await services.FindAsync(appId, call.Cancel) ?? throw CosmosErrors.MarathonAppNotFound(appId);
        PackageRevision revision = await services.PackageAsync(service, call.Cancel) ?? packages.TryFind(service.Spec.Package, service.VersionInForce)
            ?? throw CosmosErrors.VersionNotFound(service.Spec.Package, service.VersionInForce, $"{service.Spec.Package} {service.VersionInForce} is neither beside {appId} for this token nor in a repository");
        return (service, revision, services);
    }

    private (PackageRevision Revision, string Repository) Target(CosmosCall call, PackageRevision current, string repository)
    {
        if (call.Text("packageVersion") is not { } version || version == current.Version)
            return (current, repository);
        call.Body["packageName"] = current.Name;
        (CatalogPackage found, PackageRevision revision) = packages.Find(call);
        return (revision, found.Repository.Name);
    }

    /// <summary>The options as each of its clusters gets them; what does not fit there does not fit.</summary>
    private static IEnumerable<JsonObject> OnEach(InstallationSpec spec) => spec.Clusters.Count == 0 ? [spec.Options] : spec.Clusters.Select(target => spec.OptionsFor(target.Name));

    /// <summary>Without those that nobody is to read.</summary>
    private static JsonObject Resolved(PackageRevision revision, JsonObject options, IReadOnlyList<string[]> secretPaths) =>
        SecretOptions.Split(revision.Config, PackageRenderer.Render(revision, new RenderRequest { Options = options, CheckOptions = false }).Options, secretPaths).Open;

    private static bool Names(PackageRevision package, string field, string version) => (package.Package.Array(field) ?? []).Any(item => item?.ToString() is { } named && (named == "*" || named == version));
}
