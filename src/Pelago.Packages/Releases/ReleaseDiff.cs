// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;

namespace Pelago.Packages.Releases;

/// <summary>
/// What a release would change on a cluster, between three states: what was installed, what is there now, and what the cluster itself says would be there
/// (an apply that is only tried). Nothing is changed.
/// </summary>
public sealed class ReleaseDiff(IKubeApi api, string ns)
{
    private static readonly WriteQuery Try = new() { FieldManager = PackagesApi.FieldManager, Force = true, DryRun = true };
    private readonly ClusterKinds _kinds = new(api);

    /// <param name="before">Null: nothing is installed.</param>
    /// <param name="after">Null: all of it goes.</param>
    public async Task<IReadOnlyList<ObjectChange>> CompareAsync(Release? before, Release? after, CancellationToken cancel)
    {
        var changes = new List<ObjectChange>();
        IReadOnlyList<string> secrets = [.. (before?.Secrets ?? []).Union(after?.Secrets ?? [])];
        Dictionary<ObjectIdentifier, JsonObject> old = (before?.Objects ?? []).ToDictionary(json => ObjectIdentifier.Of(json, ns));
        foreach (JsonObject json in after is null ? [] : ConfigurationMarks.Shown(after, before, ns).Objects)
        {
            if (await CompareAsync(json, old.GetValueOrDefault(ObjectIdentifier.Of(json, ns)), secrets, cancel) is { } change)
                changes.Add(change);
            old.Remove(ObjectIdentifier.Of(json, ns));
        }

        foreach (JsonObject json in old.Values.OrderByDescending(ApplyOrder.Of))
        {
            if (await ReadAsync(new KubeObject(json), cancel) is { } live && live.Annotations?.String(PackagesApi.KeepAnnotation) != "true")
                changes.Add(new ObjectChange('-', live.Kind, live.Name, []));
        }

        return changes;
    }

    private async Task<ObjectChange?> CompareAsync(JsonObject json, JsonObject? installed, IReadOnlyList<string> secrets, CancellationToken cancel)
    {
        var item = new KubeObject((JsonObject)json.DeepClone());
        if (await ReadAsync(item, cancel) is not { } live)
            return new ObjectChange('+', item.Kind, item.Name, []);
        ResourcePath path = (await _kinds.PathOfAsync(item, ns, cancel))!.Value;
        if (path.Namespace.Length > 0)
            item.Namespace = path.Namespace;
        if (live.Annotations?.String(PackagesApi.OwnerAnnotation) is { } owner)
            item.Metadata.ObjectOrNew("annotations")[PackagesApi.OwnerAnnotation] = owner; // whose it is does not change by that
        ApiResult tried = await api.PatchAsync(path, PatchType.Apply, item.ToUtf8(), Try, cancel);
        if (tried.Error is { } refused)
            return new ObjectChange('!', item.Kind, item.Name, [RefusalWords.Of(refused, secrets)]);
        IReadOnlyList<string> fields = FieldChanges.Of(live.Json, KubeJson.ParseObject(tried.Body), installed, item.Kind == "Secret", secrets);
        return fields.Count == 0 ? null : new ObjectChange('~', item.Kind, item.Name, fields);
    }

    private async Task<KubeObject?> ReadAsync(KubeObject item, CancellationToken cancel)
    {
        if (await _kinds.PathOfAsync(item, ns, cancel) is not { } path)
            return null;
        ApiResult read = await api.GetAsync(path, cancel);
        return read.Error is { IsNotFound: true } ? null : KubeObject.Parse(read.BodyOrThrow());
    }
}
