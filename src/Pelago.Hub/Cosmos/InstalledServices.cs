// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Hub.Cosmos;

/// <summary>Installations of the hub's cluster as services, seen and changed with the rights of whoever asks.</summary>
internal sealed class InstalledServices(IKubeApi user, TimeProvider time)
{
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private readonly RecordStore _records = new(user, time);

    public InstallationWrites Writes => new(user, _records);

    /// <summary>Those of all namespaces; of whoever may not see all, those of the namespace <c>default</c>.</summary>
    public async Task<IReadOnlyList<Installation>> ListAsync(CancellationToken cancel)
    {
        ApiResult all = await user.ListAsync(new ResourcePath(PackagesApi.Installations), ListQuery.Everything, cancel);
        return Read(all.Error?.Code == 403 ? await user.ListAsync(new ResourcePath(PackagesApi.Installations, "default"), ListQuery.Everything, cancel) : all);
    }

    public async Task<IReadOnlyList<Installation>> ListAsync(string ns, CancellationToken cancel) =>
        Read(await user.ListAsync(new ResourcePath(PackagesApi.Installations, ns), ListQuery.Everything, cancel));

    /// <summary>Null: there is no service of this id.</summary>
    public async Task<Installation?> FindAsync(string appId, CancellationToken cancel)
    {
        if (!AppIds.TryPlace(appId, out string ns, out string name))
            return null;
        ApiResult read = await user.GetAsync(new ResourcePath(PackagesApi.Installations, ns, name), cancel);
        if (read.Error is { IsNotFound: true, Name: not null })
            return null;
        var found = new Installation(KubeObject.Parse(read.BodyOrThrow()));
        return AppIds.Of(found) == appId ? found : null;
    }

    /// <summary>Marathon makes groups when something is put there; so is the namespace made here.</summary>
    public async Task MakeNamespaceAsync(string ns, CancellationToken cancel)
    {
        ApiResult read = await user.GetAsync(new ResourcePath(Namespaces, "", ns), cancel);
        if (read.Error is not { IsNotFound: true })
            return; // it is there, or whoever asks hears of it later
        byte[] body = KubeJson.ToUtf8(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } });
        ApiResult made = await user.CreateAsync(new ResourcePath(Namespaces), body, WriteQuery.None, cancel);
        if (made.Error is { IsAlreadyExists: false } refused)
            throw new ApiStatusException(refused);
    }

    /// <summary>The package of what is in force, which lies beside an installation; null when it is not there, or not for whoever asks.</summary>
    public async Task<PackageRevision?> PackageAsync(Installation installation, CancellationToken cancel)
    {
        try
        {
            return PackageRecord.Read(await _records.ReadAsync(installation.Namespace, installation.StillInForce?.Digest ?? installation.Spec.Digest, cancel));
        }
        catch (Exception lost) when (lost is JsonException || (lost is ApiStatusException { Status.Code: 400 or 403 or 404 }))
        {
            return null;
        }
    }

    /// <summary>What a change of an installation starts from, with its secret options; or, where those are lost, without them and why.</summary>
    public Task<(InstallationSpec Spec, string Lost)> SpecAsync(Installation installation, CancellationToken cancel) =>
        new SecretRecords(_records).OpenToChangeAsync(installation, cancel);

    /// <summary>What is in force, without its secret options; the last that was asked for where who asks may not read what is kept.</summary>
    public async Task<InstallationSpec> OpenSpecAsync(Installation installation, CancellationToken cancel)
    {
        try
        {
            return await new SecretRecords(_records).InForceAsync(installation, cancel);
        }
        catch (ApiStatusException refused) when (refused.Status.Code == 403)
        {
            return installation.Spec;
        }
    }

    public async Task DeleteAsync(Installation installation, CancellationToken cancel)
    {
        ApiResult gone = await user.DeleteAsync(installation.Path, new DeleteQuery { Uid = installation.Object.Uid }, cancel);
        if (gone.Error is { IsNotFound: false } refused)
            throw new ApiStatusException(refused);
    }

    private static IReadOnlyList<Installation> Read(ApiResult list) =>
        [.. (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new Installation(new KubeObject(item)))];
}
