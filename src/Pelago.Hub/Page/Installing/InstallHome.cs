// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Hub.Page.Installing;

/// <summary>The installations of one namespace of the cluster that has them, as the session's user.</summary>
internal sealed class InstallHome(HttpKubeApi api, string cluster, string ns)
{
    private readonly RecordStore _records = new(api, TimeProvider.System);

    private SecretRecords Secrets => new(_records);

    public string Cluster => cluster;

    /// <summary>Null: there is none of that name.</summary>
    public async Task<Installation?> FindAsync(string name, CancellationToken cancel)
    {
        ApiResult read = await api.GetAsync(new ResourcePath(PackagesApi.Installations, ns, name), cancel);
        // An object that is not there is named; a kind that is not served is not.
        if (read.Error is { IsNotFound: true, Name: null })
            throw new ApiStatusException(ApiStatus.Unavailable($"cluster {cluster} does not serve installations: 'pelago install --packages' brings that to a Kubernetes"));
        return read.Error is { IsNotFound: true } ? null : new Installation(KubeObject.Parse(read.BodyOrThrow()));
    }

    public async Task<IReadOnlyList<Installation>> ListAsync(CancellationToken cancel)
    {
        ApiResult list = await api.ListAsync(new ResourcePath(PackagesApi.Installations, ns), ListQuery.Everything, cancel);
        return [.. (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => new Installation(new KubeObject(json)))];
    }

    /// <summary>The package that lies beside an installation.</summary>
    public async Task<PackageRevision> PackageAsync(string digest, CancellationToken cancel) =>
        PackageRecord.Read(await _records.ReadAsync(ns, digest, cancel)) ?? throw new ApiStatusException(ApiStatus.BadRequest($"what is kept of {digest} on cluster {cluster} is no valid package"));

    /// <summary>What a change of an installation starts from, with its secret options; or, where those are lost, without them and why.</summary>
    public Task<(InstallationSpec Spec, string Lost)> SpecAsync(Installation installation, CancellationToken cancel) =>
        Secrets.OpenToChangeAsync(installation, cancel);

    /// <summary>What a revision of it asked for, likewise.</summary>
    public async Task<(InstallationSpec Spec, string Lost)> SpecAsync(Installation installation, InstallationRevision revision, CancellationToken cancel) =>
        await Secrets.OpenToChangeAsync(ns, installation.Name, InstallationSpec.Read(await _records.ReadAsync(ns, revision.Record, cancel)), cancel);

    /// <summary>A release that was applied; null where it is not kept any more.</summary>
    public async Task<Release?> ReleaseAsync(string digest, CancellationToken cancel)
    {
        try
        {
            return digest.Length == 0 ? null : Release.Read(await _records.ReadAsync(ns, digest, cancel));
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 404)
        {
            return null;
        }
    }

    /// <summary>Writes what a plan says, what it needs first.</summary>
    public async Task WriteAsync(string name, InstallPlan plan, CancellationToken cancel)
    {
        var writes = new InstallationWrites(api, _records);
        foreach (NeededPackage need in plan.Needed)
            await writes.CreateNeededAsync(ns, need, plan.Spec.Clusters, cancel);
        if (plan.Present is null)
            await writes.CreateAsync(ns, name, plan.Package, plan.Spec, plan.Cause, cancel);
        else
            await writes.ChangeAsync(plan.Present, plan.Package, plan.IsSame && plan.Present.Phase == InstallationPhase.Healthy ? plan.Spec.Again() : plan.Spec, plan.Cause, cancel);
    }
}
