// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;

namespace Pelago.Packages.Releases;

/// <summary>What a client writes that wants something installed. Each throws an <see cref="ApiStatusException"/> when the cluster refuses.</summary>
public sealed class InstallationWrites(IKubeApi api, RecordStore records)
{
    private const int MaxConflicts = 10;
    private static readonly WriteQuery Write = new() { FieldManager = "pelago" };
    private readonly SecretRecords _secrets = new(records);

    /// <summary>Keeps the package and the secret options, and makes an installation of it; both lie in the cluster before anything names them.</summary>
    /// <param name="spec">With all options. Its digest is that of the package afterwards, whatever it was.</param>
    /// <param name="cause">In words why it is installed.</param>
    /// <param name="annotations">Others to put on it.</param>
    public async Task CreateAsync(string ns, string name, PackageRevision package, InstallationSpec spec, string cause, CancellationToken cancel, params IEnumerable<KeyValuePair<string, string>> annotations)
    {
        string digest = await records.PutAsync(ns, PackageRecord.Of(package), cancel);
        spec = await _secrets.SealAsync(ns, name, spec, package.Config, cancel);
        var noted = new JsonObject { [PackagesApi.CauseAnnotation] = cause };
        foreach ((string key, string value) in annotations)
            noted[key] = value;
        var body = new JsonObject
        {
            ["apiVersion"] = PackagesApi.ApiVersion, ["kind"] = PackagesApi.Kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["annotations"] = noted }, ["spec"] = (spec with { Digest = digest }).ToJson(),
        };
        (await api.CreateAsync(new ResourcePath(PackagesApi.Installations, ns), KubeJson.ToUtf8(body), Write, cancel)).BodyOrThrow();
    }

    /// <summary>The same for a package that another one needs: under its own name, without options, on the same clusters.</summary>
    /// <param name="clusters">Those of the package that needs it; their options are not for this one.</param>
    public Task CreateNeededAsync(string ns, NeededPackage needed, IReadOnlyList<ClusterTarget> clusters, CancellationToken cancel)
    {
        var spec = new InstallationSpec
        {
            Package = needed.Package.Name, Version = needed.Package.Version, Digest = "", Repository = needed.Repository,
            Clusters = [.. clusters.Select(target => new ClusterTarget(target.Name, []))],
        };
        return CreateAsync(ns, needed.Package.Name, needed.Package, spec, needed.Why, cancel);
    }

    /// <summary>
    /// Keeps the package and puts another spec in the place of the one that was read, unless somebody else did meanwhile. The same spec is tried again where
    /// it has not become healthy. The installation then.
    /// </summary>
    /// <param name="spec">With all options.</param>
    public async Task<Installation> ChangeAsync(Installation installation, PackageRevision package, InstallationSpec spec, string cause, CancellationToken cancel)
    {
        if (installation.IsDeleting)
            throw Removing(installation);
        await records.PutAsync(installation.Namespace, PackageRecord.Of(package), cancel);
        spec = await _secrets.SealAsync(installation.Namespace, installation.Name, spec, package.Config, cancel);
        if (installation.Phase != InstallationPhase.Healthy && RecordStore.DigestOf(spec.ToJson()) == RecordStore.DigestOf(installation.Spec.ToJson()))
            spec = spec.Again();
        for (int attempt = 0; ; attempt++)
        {
            var changed = new KubeObject((JsonObject)installation.Object.Json.DeepClone());
            changed.Json["spec"] = spec.ToJson();
            changed.Metadata.ObjectOrNew("annotations")[PackagesApi.CauseAnnotation] = cause;
            ApiResult written = await api.UpdateAsync(installation.Path, changed.ToUtf8(), Write, cancel);
            if (written.Error is not { IsConflict: true } || attempt == MaxConflicts || await AgainAsync(installation, cancel) is not { } again)
                return new Installation(KubeObject.Parse(written.BodyOrThrow()));
            installation = again.IsDeleting ? throw Removing(again) : again;
        }
    }

    /// <summary>The cluster would take it, and nothing would ever come of it.</summary>
    private static ApiStatusException Removing(Installation installation) => new(new ApiStatus
    {
        Code = 409, Reason = StatusReason.Conflict, Message = $"{installation.Name} is being removed and was not changed: wait until it is gone, and install it again",
    });

    /// <summary>The same object with the same spec: its controller has only said more of it. Null when somebody changed it, or it is gone.</summary>
    private async Task<Installation?> AgainAsync(Installation before, CancellationToken cancel)
    {
        ApiResult read = await api.GetAsync(before.Path, cancel);
        if (read.Error is not null)
            return null;
        var now = new Installation(KubeObject.Parse(read.Body));
        return now.Object.Uid == before.Object.Uid && now.Object.Generation == before.Object.Generation ? now : null;
    }
}
