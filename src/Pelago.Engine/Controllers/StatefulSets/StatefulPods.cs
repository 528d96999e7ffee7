// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Pods with a name, a place and volumes of their own (statefulset/stateful_pod_control.go, stateful_set_utils.go).</summary>
internal sealed class StatefulPods(ControllerContext context, EventRecorder events, Informer<V1PersistentVolumeClaim> claims)
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    /// <summary>The ordinal in a pod's name; null when the name is not one of this set.</summary>
    public static int? OrdinalOf(string set, string pod) =>
        pod.Length > set.Length + 1 && pod.StartsWith(set, StringComparison.Ordinal) && pod[set.Length] == '-'
        && int.TryParse(pod.AsSpan(set.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? ordinal : null;

    /// <summary>Makes the claims that are missing, then the pod.</summary>
    public async Task<ApiStatus?> CreateAsync(Owner owner, V1StatefulSet set, int ordinal, RevisionRecord revision, CancellationToken cancel)
    {
        string name = $"{owner.Name}-{ordinal}";
        foreach (V1PersistentVolumeClaim template in set.Spec.VolumeClaimTemplates ?? [])
        {
            if (await EnsureClaimAsync(owner, set, template, ordinal, cancel) is { } unclaimed)
            {
                events.Warning(owner.ForEvents(), "FailedCreate", $"create Pod {name} in StatefulSet {owner.Name} failed error: {unclaimed.Message}");
                return unclaimed;
            }
        }
        byte[] pod = KubeJson.ToUtf8(NewPod(owner, set, ordinal, revision));
        ApiStatus? error = (await context.Api.CreateAsync(new ResourcePath(PodControl.Pods, owner.Namespace), pod, WriteQuery.None, cancel)).Error;
        if (error is null)
            events.Normal(owner.ForEvents(), "SuccessfulCreate", $"create Pod {name} in StatefulSet {owner.Name} successful");
        else if (PodControl.IsNamespaceTerminating(error) || error.IsAlreadyExists)
            return null;
        else
            events.Warning(owner.ForEvents(), "FailedCreate", $"create Pod {name} in StatefulSet {owner.Name} failed error: {error.Message}");
        return error;
    }

    public async Task<ApiStatus?> DeleteAsync(Owner owner, PodSummary pod, CancellationToken cancel)
    {
        var path = new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name);
        ApiStatus? error = (await context.Api.DeleteAsync(path, new DeleteQuery { Uid = pod.Uid }, cancel)).Error;
        if (error is { IsNotFound: true } or { IsConflict: true })
            return null;
        if (error is null)
            events.Normal(owner.ForEvents(), "SuccessfulDelete", $"delete Pod {pod.Key.Name} in StatefulSet {owner.Name} successful");
        else
            events.Warning(owner.ForEvents(), "FailedDelete", $"delete Pod {pod.Key.Name} in StatefulSet {owner.Name} failed error: {error.Message}");
        return error;
    }

    /// <summary>Who the claims of a pod belong to follows the set's retention policy; nobody by default: data outlives the set.</summary>
    public async Task<ApiStatus?> RetainAsync(Owner owner, V1StatefulSet set, PodSummary pod, int ordinal, bool condemned, CancellationToken cancel)
    {
        V1StatefulSetPersistentVolumeClaimRetentionPolicy? policy = set.Spec.PersistentVolumeClaimRetentionPolicy;
        if (policy is null)
            return null;
        foreach (V1PersistentVolumeClaim template in set.Spec.VolumeClaimTemplates ?? [])
        {
            if (claims.Cache.Get(owner.Namespace, ClaimName(template, owner, ordinal)) is not { } claim)
                continue;
            V1OwnerReference? wanted =
                condemned && policy.WhenScaled == "Delete" ? new V1OwnerReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Key.Name, Uid = pod.Uid }
                : policy.WhenDeleted == "Delete" ? owner.ToModelReference() with { Controller = null, BlockOwnerDeletion = null }
                : null;
            if (await SetOwnerAsync(claim, owner, pod, wanted, cancel) is { } error)
                return error;
        }
        return null;
    }

    private async Task<ApiStatus?> SetOwnerAsync(V1PersistentVolumeClaim claim, Owner set, PodSummary pod, V1OwnerReference? wanted, CancellationToken cancel)
    {
        IList<V1OwnerReference> present = claim.Metadata.OwnerReferences ?? [];
        List<V1OwnerReference> references = [.. present.Where(reference => reference.Uid != set.Uid && reference.Uid != pod.Uid)];
        if (wanted is not null)
            references.Add(wanted);
        if (references.Select(reference => reference.Uid).SequenceEqual(present.Select(reference => reference.Uid)))
            return null;
        V1PersistentVolumeClaim updated = ModelJson.Copy(claim);
        updated.Metadata.OwnerReferences = references;
        return (await context.Client.Of<V1PersistentVolumeClaim>().UpdateAsync(set.Namespace, claim.Metadata.Name, updated, cancel)).Error;
    }

    private static string ClaimName(V1PersistentVolumeClaim template, Owner owner, int ordinal) => $"{template.Metadata.Name}-{owner.Name}-{ordinal}";

    private async Task<ApiStatus?> EnsureClaimAsync(Owner owner, V1StatefulSet set, V1PersistentVolumeClaim template, int ordinal, CancellationToken cancel)
    {
        string name = ClaimName(template, owner, ordinal);
        if (claims.Cache.Get(owner.Namespace, name) is { } present)
        {
            return present.Metadata.DeletionTimestamp is null
                ? null
                : ApiStatus.Conflict(new GroupResource("", "persistentvolumeclaims"), name, "it is being deleted; the pod waits for it to be gone");
        }
        V1PersistentVolumeClaim claim = ModelJson.Copy(template);
        claim.Metadata.Name = name;
        claim.Metadata.NamespaceProperty = owner.Namespace;
        claim.Status = null;
        claim.Metadata.Labels = new Dictionary<string, string>(
            (template.Metadata.Labels ?? new Dictionary<string, string>()).Concat(set.Spec.Selector.MatchLabels ?? new Dictionary<string, string>()).DistinctBy(pair => pair.Key),
            StringComparer.Ordinal);
        ApiStatus? error = (await context.Client.Of<V1PersistentVolumeClaim>().CreateAsync(owner.Namespace, claim, cancel)).Error;
        if (error is null)
            events.Normal(owner.ForEvents(), "SuccessfulCreate", $"create Claim {name} Pod {owner.Name}-{ordinal} in StatefulSet {owner.Name} success");
        return error is { IsAlreadyExists: true } ? null : error;
    }

    private static JsonObject NewPod(Owner owner, V1StatefulSet set, int ordinal, RevisionRecord revision)
    {
        string name = $"{owner.Name}-{ordinal}";
        JsonObject pod = PodTemplates.NewPod(revision.Template, owner);
        JsonObject metadata = pod.ObjectOrNew("metadata");
        metadata.Remove("generateName");
        metadata["name"] = name;
        JsonObject labels = metadata.ObjectOrNew("labels");
        labels[NameLabel] = name;
        labels[IndexLabel] = ordinal.ToString();
        labels[RevisionLabel] = revision.Name;
        JsonObject spec = pod.ObjectOrNew("spec");
        spec["hostname"] = name;
        if (set.Spec.ServiceName is { Length: > 0 } service)
            spec["subdomain"] = service;
        JsonObject[] own = [.. (set.Spec.VolumeClaimTemplates ?? []).Select(template => new JsonObject
        {
            ["name"] = template.Metadata.Name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = ClaimName(template, owner, ordinal) },
        })];
        if (own.Length > 0)
        {
            HashSet<string> taken = [.. own.Select(volume => volume.String("name")!)];
            IEnumerable<JsonNode> others = (spec.Array("volumes") ?? []).OfType<JsonObject>().Where(volume => !taken.Contains(volume.String("name") ?? "")).Select(volume => volume.DeepClone());
            spec["volumes"] = new JsonArray([.. own, .. others]);
        }
        return pod;
    }
}
