// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>
/// Nothing is created in a namespace that is not there or is going away, and three namespaces never go away
/// (apiserver pkg/admission/plugin/namespace/lifecycle).
/// </summary>
internal sealed class NamespaceLifecycle(IRevisionStore store) : IAdmissionPlugin
{
    private static readonly GroupResource Namespaces = new("", "namespaces");
    private readonly IResourceStore _namespaces = store.Resource("namespaces");

    public bool Handles(AdmissionRequest request) =>
        request.IsCreate ? request.Namespace.Length > 0 && !IsAccessReview(request) : request.Operation == "DELETE" && request.IsAbout("", "namespaces");

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel) =>
        new(request.IsCreate ? CheckCreate(request) : CheckDelete(request));

    /// <summary>A delete reaches plugins in the validating phase only.</summary>
    public ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel) =>
        new(request.IsCreate ? null : CheckDelete(request));

    private static ApiStatus? CheckDelete(AdmissionRequest request) =>
        request.Name is "default" or "kube-system" or "kube-public" ? request.Forbid("this namespace may not be deleted") : null;

    private ApiStatus? CheckCreate(AdmissionRequest request)
    {
        string ns = request.Namespace;
        if (_namespaces.Current.Get(new ObjectKey("", ns)) is not { } stored)
            return ApiStatus.NotFound(Namespaces, ns);
        if (!IsTerminating(stored))
            return null;
        return request.Forbid($"unable to create new content in namespace {ns} because it is being terminated") with
        {
            Causes = [new StatusCause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace")],
        };
    }

    /// <summary>Almost every namespace is active, and its few bytes do not even name the field: only the others are parsed.</summary>
    private static bool IsTerminating(StoredObject stored) =>
        stored.Json.Span.IndexOf("\"deletionTimestamp\""u8) >= 0 && KubeObject.Parse(stored.Json).IsDeleting;

    private static bool IsAccessReview(AdmissionRequest request) =>
        request.Resource is { Group: "authorization.k8s.io", Resource: "localsubjectaccessreviews" };
}
