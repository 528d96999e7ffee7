// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>Makes the release that a revision of an installation asks for on one cluster.</summary>
internal sealed class ReleasePlan(IKubeApi home, RecordStore records)
{
    /// <param name="current">What is healthy there now.</param>
    public async Task<PlannedRelease> MakeAsync(Installation installation, string cluster, Release? current, CancellationToken cancel)
    {
        (InstallationSpec spec, string lost) = await new SecretRecords(records).OpenToChangeAsync(installation.Namespace, installation.Name, installation.Spec, cancel);
        (PackageRevision? package, string fault) = await ReadAsync(installation, cancel);
        if (package is null)
            return Failed(lost.Length > 0 ? $"{fault}, and with --set-file its secret options, which are lost, too ({lost})" : fault);
        if (lost.Length > 0)
            return Failed($"its secret options are not in namespace {installation.Namespace} ({lost}): 'pelago package upgrade {installation.Name} --keep-version' with --set-file gives them again");
        if (current is not null && VersionRules.Refusal(current.Fields, package.Package) is { } refusal)
            return Failed(refusal);
        JsonObject options = spec.OptionsFor(cluster);
        IReadOnlyList<string> secrets = SecretOptions.Values(package.Config, options, spec.SecretPaths);
        (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(package, options, installation.Namespace, installation.Name, spec.SecretPaths);
        if (release is null)
            return Failed(string.Join("; ", faults)) with { Secrets = secrets };
        if (await MissingAsync(installation, cluster, package, cancel) is { } missing)
            return new PlannedRelease("", StepOutcome.Waits(missing));
        // Whoever knows the uid may read the open options, and the salt whoever may read the secret ones.
        release = ConfigurationMarks.On(release with { Salt = spec.Salt }, current, installation.Namespace, $"{installation.Object.Uid} {spec.Salt}");
        string digest = await records.PutAsync(installation.Namespace, release.ToJson(), cancel, installation.Name);
        return new PlannedRelease(digest, StepOutcome.Done) { Secrets = secrets };
    }

    private static PlannedRelease Failed(string words) => new("", StepOutcome.Failed(words));

    private async Task<(PackageRevision? Package, string Fault)> ReadAsync(Installation installation, CancellationToken cancel)
    {
        InstallationSpec spec = installation.Spec;
        try
        {
            PackageRevision? package = PackageRecord.Read(await records.ReadAsync(installation.Namespace, spec.Digest, cancel));
            if (package is null)
                return (null, $"what {spec.Digest} names is no valid package");
            return package.Name == spec.Package && package.Version == spec.Version ? (package, "") : (null, $"{spec.Digest} is {package.Name} {package.Version}, and not {spec.Package} {spec.Version}");
        }
        catch (ApiStatusException lost) when (lost.Status.IsNotFound)
        {
            return (null, $"the package {spec.Digest} is not in namespace {installation.Namespace}: 'pelago package upgrade {installation.Name} --package-version {spec.Version}' brings it there");
        }
        catch (JsonException damaged)
        {
            return (null, $"what {spec.Digest} names is no valid package: {damaged.Message}");
        }
    }

    /// <summary>The first dependency that is not there in a version that will do; null when all are.</summary>
    private async Task<string?> MissingAsync(Installation installation, string cluster, PackageRevision package, CancellationToken cancel)
    {
        IReadOnlyList<Dependency> needs = Dependency.Of(package.Package);
        if (needs.Count == 0)
            return null;
        ApiResult list = await home.ListAsync(new ResourcePath(PackagesApi.Installations, installation.Namespace), ListQuery.Everything, cancel);
        Installation[] all = [.. (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new Installation(new KubeObject(item)))];
        foreach (Dependency wanted in needs)
        {
            Installation[] there = [.. all.Where(other => other.Spec.Package == wanted.Name && wanted.Fits(other.VersionInForce))];
            if (there.Any(other => other.Clusters.GetValueOrDefault(cluster)?.Phase is InstallationPhase.Healthy or InstallationPhase.RolledBack))
                continue;
            if (there.Length > 0 && there.All(other => !other.Spec.ClusterNames(home.Cluster).Contains(cluster)))
                return $"waits for {wanted}, which it needs and which {there[0].Name} has on {string.Join(", ", there[0].Spec.ClusterNames(home.Cluster))} and not on {cluster}: install it there, too, under another name";
            return there.Length == 0
                ? $"waits for {wanted}, which it needs and which is not installed in namespace {installation.Namespace}: 'pelago package install {wanted.Name}'"
                : $"waits until {there[0].Name} ({wanted}), which it needs, is healthy";
        }

        return null;
    }
}
