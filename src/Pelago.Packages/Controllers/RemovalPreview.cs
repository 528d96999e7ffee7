// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>What would go from a cluster with an installation, and what would stay: by the rules of <see cref="InstalledObjects"/>, and nothing is changed.</summary>
/// <param name="hub">As <see cref="ReleaseTrial.HubOfAsync"/> says.</param>
public sealed class RemovalPreview(IKubeApi api, string ns, string name, string hub)
{
    private const string Kept = $"it is marked with {PackagesApi.KeepAnnotation}";
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims"), Volumes = new("", "v1", "persistentvolumes");
    private readonly ClusterKinds _kinds = new(api);
    private readonly OwnerMark _mark = new(ns, name, hub);

    /// <summary>The same where nobody looks: as it was installed.</summary>
    public static IReadOnlyList<RemovedObject> Recorded(IEnumerable<Release> releases, string ns) =>
    [
        .. InOrder(releases, ns).Select(json => new KubeObject(json)).Select(item => item.Annotations?.String(PackagesApi.KeepAnnotation) == "true"
            ? new RemovedObject(item.Kind, item.Name, false, false, Kept)
            : new RemovedObject(item.Kind, item.Name, true, item.Kind == "PersistentVolumeClaim", item.Kind == "PersistentVolumeClaim" ? "its data is lost" : Whole(item.Kind))),
    ];

    /// <summary>What is there of these releases, in the order in which it goes. Throws an <see cref="ApiStatusException"/> where the cluster does not say.</summary>
    public async Task<IReadOnlyList<RemovedObject>> ReadAsync(IEnumerable<Release> releases, CancellationToken cancel)
    {
        var all = new List<RemovedObject>();
        foreach (JsonObject json in InOrder(releases, ns))
        {
            if (await _kinds.PathOfAsync(new KubeObject(json), ns, cancel) is not { } path)
                continue;
            ApiResult read = await api.GetAsync(path, cancel);
            if (read.Error is { IsNotFound: true })
                continue;
            KubeObject live = KubeObject.Parse(read.BodyOrThrow());
            all.Add(await JudgeAsync(live, cancel));
            if (live.Kind == "StatefulSet" && all[^1].Goes)
                all.AddRange(await ClaimsOfAsync(live, cancel));
        }

        return all;
    }

    private async Task<RemovedObject> JudgeAsync(KubeObject live, CancellationToken cancel)
    {
        if (!_mark.IsOn(live))
            return Stays(live, OwnerMark.Of(live) is { Length: > 0 } owner ? $"it is of {_mark.Describe(owner)}" : "it is of no installation");
        if (live.Annotations?.String(PackagesApi.KeepAnnotation) == "true")
            return Stays(live, Kept);
        return live.Kind == "PersistentVolumeClaim" ? await LossAsync(live, cancel) : new RemovedObject(live.Kind, live.Name, true, false, Whole(live.Kind));
    }

    /// <summary>A claim that goes; its volume goes with it unless its own policy keeps it.</summary>
    private async Task<RemovedObject> LossAsync(KubeObject claim, CancellationToken cancel)
    {
        string volume = claim.Spec?.String("volumeName") ?? "", size = claim.Status?.Object("capacity")?.String("storage") ?? claim.Spec?.Object("resources")?.Object("requests")?.String("storage") ?? "";
        if (volume.Length == 0)
            return new RemovedObject(claim.Kind, claim.Name, true, false, "no volume is bound to it");
        ApiResult read = await api.GetAsync(new ResourcePath(Volumes, "", volume), cancel);
        // Who may not look at volumes is told the worse case.
        bool stays = read.Error is null && KubeObject.Parse(read.Body).Spec?.String("persistentVolumeReclaimPolicy") == "Retain";
        return new RemovedObject(claim.Kind, claim.Name, true, !stays, stays ? $"volume {volume} ({size}) stays with its data: its policy is Retain" : $"its data is lost ({size}, volume {volume})");
    }

    /// <summary>Claims that a StatefulSet had made are of no release, and outlive it unless it says otherwise.</summary>
    private async Task<IReadOnlyList<RemovedObject>> ClaimsOfAsync(KubeObject set, CancellationToken cancel)
    {
        string[] prefixes = [.. (set.Spec?.Array("volumeClaimTemplates") ?? []).OfType<JsonObject>().Select(template => $"{new KubeObject(template).Name}-{set.Name}-")];
        if (prefixes.Length == 0)
            return [];
        bool go = set.Spec?.Object("persistentVolumeClaimRetentionPolicy")?.String("whenDeleted") == "Delete";
        var claims = new List<RemovedObject>();
        ApiResult list = await api.ListAsync(new ResourcePath(Claims, set.Namespace), ListQuery.Everything, cancel);
        foreach (JsonObject json in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>())
        {
            // Items of a list do not say their kind.
            json["kind"] = "PersistentVolumeClaim";
            var claim = new KubeObject(json);
            if (prefixes.Any(prefix => claim.Name.StartsWith(prefix, StringComparison.Ordinal) && claim.Name[prefix.Length..] is { Length: > 0 } ordinal && ordinal.All(char.IsAsciiDigit)))
                claims.Add(go ? await LossAsync(claim, cancel) : Stays(claim, $"claims of StatefulSet {set.Name} outlive it"));
        }

        return claims;
    }

    private static RemovedObject Stays(KubeObject live, string why) => new(live.Kind, live.Name, false, false, why);

    private static string Whole(string kind) => kind switch
    {
        "Namespace" => "with all that is in it",
        "CustomResourceDefinition" => "with every object of its kind",
        _ => "",
    };

    private static IEnumerable<JsonObject> InOrder(IEnumerable<Release> releases, string ns) =>
        releases.SelectMany(release => release.Objects).DistinctBy(json => ObjectIdentifier.Of(json, ns)).OrderByDescending(ApplyOrder.Of);
}
