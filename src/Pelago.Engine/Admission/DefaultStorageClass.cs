// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>
/// A claim that names no storage class gets the default one: of several the newest, then the first by name (upstream
/// plugin/pkg/admission/storage/storageclass/setdefault). An empty name means none, and stays.
/// </summary>
internal sealed class DefaultStorageClass : IAdmissionPlugin
{
    private const string DefaultAnnotation = "storageclass.kubernetes.io/is-default-class";
    private const string LegacyClaimAnnotation = "volume.beta.kubernetes.io/storage-class";
    private readonly SnapshotCache<string> _default;

    public DefaultStorageClass(IRevisionStore store) => _default = new SnapshotCache<string>(store.Resource("storageclasses.storage.k8s.io"), DefaultOf);

    public bool Handles(AdmissionRequest request) => request.IsCreate && request.IsAbout("", "persistentvolumeclaims");

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        KubeObject claim = request.Object!.Value;
        JsonObject spec = claim.Json.ObjectOrNew("spec");
        if (spec["storageClassName"] is null && claim.Annotations?.ContainsKey(LegacyClaimAnnotation) != true && _default.Current is { Length: > 0 } name)
            spec["storageClassName"] = name;
        return default;
    }

    private static string DefaultOf(Snapshot classes) => classes.Scan()
        .Select(stored => KubeObject.Parse(stored.Json))
        .Where(item => item.Annotations?.String(DefaultAnnotation) == "true")
        .OrderByDescending(item => item.Metadata.String("creationTimestamp") ?? "", StringComparer.Ordinal)
        .ThenBy(item => item.Name, StringComparer.Ordinal)
        .FirstOrDefault(new KubeObject([])).Name;
}
