// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Admission;

/// <summary>
/// Volumes and claims are kept by a finalizer as long as they are used; the protection controllers take it away
/// (upstream plugin/pkg/admission/storage/storageobjectinuseprotection).
/// </summary>
internal sealed class StorageObjectInUseProtection : IAdmissionPlugin
{
    public bool Handles(AdmissionRequest request) =>
        request.IsCreate && (request.IsAbout("", "persistentvolumeclaims") || request.IsAbout("", "persistentvolumes"));

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        string finalizer = request.Resource.Resource == "persistentvolumes" ? "kubernetes.io/pv-protection" : "kubernetes.io/pvc-protection";
        JsonObject metadata = request.Object!.Value.Metadata;
        if (metadata.Array("finalizers") is not { } finalizers)
            metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(present => present is JsonValue value && value.TryGetValue(out string? text) && text == finalizer))
            finalizers.Add((JsonNode)finalizer);
        return default;
    }
}
