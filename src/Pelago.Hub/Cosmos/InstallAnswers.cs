// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Catalogs;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Pelago.Packages.Rendering;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>/package/install, list and uninstall. What is asked for is written down and answered; the installations' controller does it.</summary>
internal sealed class InstallAnswers(CatalogCache catalogs, CatalogAnswers packages, TimeProvider time)
{
    public async Task<JsonObject> InstallAsync(CosmosCall call)
    {
        (CatalogPackage found, PackageRevision revision) = packages.Find(call);
        RefuseManagers(call, revision);
        string origin = CosmosEndpoint.OriginOf(call.Http.Request);
        if (revision.MarathonTemplate is null && revision.KubernetesTemplate is null)
            return Answer(call, revision, null, origin); // its command line alone
        string appId = AppIds.Normal(call.Text("appId") ?? IdOf(revision, call.Options) ?? revision.Name);
        if (!AppIds.TryPlace(appId, out string ns, out string name))
            throw CosmosErrors.MarathonBadResponse($"{appId} cannot be the name of a service here", "an id has parts of small letters, digits and dashes that begin with a letter, and at most 50 characters");
        (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(revision, call.Options, ns, name);
        if (release is null)
            throw Refusal(revision, call.Options, ns, name, faults);
        var services = new InstalledServices(call.User, time);
        if (await services.FindAsync(appId, call.Cancel) is not null)
            throw CosmosErrors.PackageAlreadyInstalled();
        IReadOnlyList<NeededPackage> needs = Needed(revision, await services.ListAsync(ns, call.Cancel));
        await services.MakeNamespaceAsync(ns, call.Cancel);
        foreach (NeededPackage needed in needs)
            await CreateNeededAsync(services, ns, needed, call.Cancel);

        var spec = new InstallationSpec { Package = revision.Name, Version = revision.Version, Digest = "", Repository = found.Repository.Name, Options = call.Options };
        try
        {
            KeyValuePair<string, string>[] noted = AppIds.NeedsNote(appId, ns, name) ? [new(PackagesApi.AppIdAnnotation, appId)] : [];
            await services.Writes.CreateAsync(ns, name, revision, spec, "installed by a client of Cosmos", call.Cancel, noted);
        }
        catch (ApiStatusException refused) when (refused.Status.IsAlreadyExists)
        {
            throw CosmosErrors.PackageAlreadyInstalled();
        }

        return Answer(call, revision, appId, origin);
    }

    public async Task<JsonObject> ListAsync(CosmosCall call)
    {
        string? package = call.Text("packageName"), appId = call.Text("appId") is { } given ? AppIds.Normal(given) : null;
        var services = new InstalledServices(call.User, time);
        string origin = CosmosEndpoint.OriginOf(call.Http.Request);
        var entries = new JsonArray();
        IEnumerable<(string AppId, Installation Installation)> all = (await services.ListAsync(call.Cancel)).Select(one => (AppIds.Of(one), one));
        foreach ((string id, Installation one) in all.Where(entry => (package is null || entry.Installation.Spec.Package == package) && (appId is null || entry.AppId == appId))
            .OrderBy(entry => entry.Installation.Spec.Package, StringComparer.Ordinal).ThenBy(entry => entry.AppId, StringComparer.Ordinal))
        {
            PackageRevision? revision = packages.TryFind(one.Spec.Package, one.VersionInForce) ?? await services.PackageAsync(one, call.Cancel);
            entries.Add((JsonNode)new JsonObject { ["appId"] = id, ["packageInformation"] = PackageDocuments.Information(revision ?? Bare(one), origin) });
        }

        return new JsonObject { ["packages"] = entries };
    }

    public async Task<JsonObject> UninstallAsync(CosmosCall call)
    {
        string package = call.Required("packageName");
        RefuseManagers(call, null);
        var services = new InstalledServices(call.User, time);
        IReadOnlyList<Installation> found;
        if (call.Text("appId") is { } given)
        {
            string appId = AppIds.Normal(given);
            Installation one = await services.FindAsync(appId, call.Cancel) ?? throw CosmosErrors.UninstallNonExistentAppForPackage(package, appId);
            found = one.Spec.Package == package ? [one] : [];
        }
        else
        {
            found = [.. (await services.ListAsync(call.Cancel)).Where(one => one.Spec.Package == package)];
        }

        if (found.Count == 0)
            throw CosmosErrors.PackageNotInstalled(package);
        if (found.Count > 1 && call.Body.Boolean("all") != true)
            throw CosmosErrors.AmbiguousAppId(package, [.. found.Select(AppIds.Of)]);
        var results = new JsonArray();
        foreach (Installation one in found)
        {
            PackageRevision? revision = packages.TryFind(package, one.VersionInForce) ?? await services.PackageAsync(one, call.Cancel);
            await services.DeleteAsync(one, call.Cancel);
            var result = new JsonObject { ["packageName"] = package, ["appId"] = AppIds.Of(one), ["packageVersion"] = one.VersionInForce };
            if (revision?.Package.String("postUninstallNotes") is { } notes)
                result["postUninstallNotes"] = notes;
            results.Add((JsonNode)result);
        }

        return new JsonObject { ["results"] = results };
    }

    /// <summary>No packages are managed by others here, and none is given to a manager that is not there.</summary>
    public static void RefuseManagers(CosmosCall call, PackageRevision? revision)
    {
        string? manager = call.Text("managerId") ?? revision?.Package.Object("manager")?.String("packageName");
        if (manager is not null)
            throw CosmosErrors.CustomPackageManagerNotFound(AppIds.Normal(manager));
    }

    /// <summary>The id that a template of Marathon prints with these options.</summary>
    public static string? IdOf(PackageRevision revision, JsonObject options)
    {
        if (revision.MarathonTemplate is null)
            return null;
        RenderedPackage rendered = PackageRenderer.Render(revision, new RenderRequest { Options = options });
        return rendered.Refusal == RenderRefusal.None ? rendered.Objects[0].String("id") : throw CosmosErrors.Render(rendered, revision.Name, revision.Version);
    }

    /// <summary>Why there is no release: of its options, its template, or what that prints.</summary>
    public static CosmosException Refusal(PackageRevision revision, JsonObject options, string ns, string name, IReadOnlyList<string> faults)
    {
        RenderedPackage rendered = PackageRenderer.Render(revision, new RenderRequest { Options = options, AppId = name, Namespace = ns });
        return rendered.Refusal == RenderRefusal.None ? CosmosErrors.MarathonBadResponse(faults[0], faults) : CosmosErrors.Render(rendered, revision.Name, revision.Version);
    }

    private static async Task CreateNeededAsync(InstalledServices services, string ns, NeededPackage needed, CancellationToken cancel)
    {
        string name = needed.Package.Name;
        try
        {
            await services.Writes.CreateNeededAsync(ns, needed, [], cancel);
        }
        catch (ApiStatusException refused) when (refused.Status.IsAlreadyExists)
        {
            throw CosmosErrors.MarathonBadResponse($"{name}, which is needed, cannot be installed: something else is called that", $"remove or rename {name} in namespace {ns}");
        }
    }

    private IReadOnlyList<NeededPackage> Needed(PackageRevision revision, IReadOnlyList<Installation> installed)
    {
        Catalog catalog = catalogs.Current().Catalog;
        var solver = new DependencySolver(InstalledPackage.Of(installed), name => DependencyCandidate.From(catalog, name));
        Resolution resolution = solver.Solve(revision);
        return resolution.Conflict.Count == 0 ? resolution.Packages : throw CosmosErrors.MarathonBadResponse(resolution.Conflict[0], resolution.Conflict.Skip(1));
    }

    private static JsonObject Answer(CosmosCall call, PackageRevision revision, string? appId, string origin)
    {
        var answer = new JsonObject { ["packageName"] = revision.Name, ["packageVersion"] = revision.Version };
        if (appId is not null)
            answer["appId"] = appId;
        if (call.Answer.Version == 1)
            return appId is null ? throw CosmosErrors.ServiceMarathonTemplateNotFound(revision.Name, revision.Version) : answer;
        if (revision.Package.String("postInstallNotes") is { } notes)
            answer["postInstallNotes"] = notes;
        if (PackageDocuments.Whole(revision, origin).Object("resource")?.Object("cli") is { } cli)
            answer["cli"] = cli.DeepClone();
        return answer;
    }

    /// <summary>Of a package that neither a repository nor whoever asks has any more.</summary>
    private static PackageRevision Bare(Installation installation) => new(0, new JsonObject
    {
        ["packagingVersion"] = "2.0", ["name"] = installation.Spec.Package, ["version"] = installation.VersionInForce, ["maintainer"] = "", ["description"] = "", ["tags"] = new JsonArray(),
    });
}
