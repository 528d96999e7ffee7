// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Admission;

/// <summary>One write on its way to the store. <see cref="Object"/> is null for a delete, <see cref="Old"/> for a create.</summary>
internal sealed record AdmissionRequest
{
    public required UserInfo User { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }
    public required GroupVersionResource Resource { get; init; }
    public required string Kind { get; init; }
    public string Subresource { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Name { get; init; } = "";
    public KubeObject? Object { get; init; }
    public KubeObject? Old { get; init; }
    public bool DryRun { get; init; }

    /// <summary>Texts for <c>Warning: 299</c> headers.</summary>
    public required ICollection<string> Warnings { get; init; }

    public bool IsCreate => Operation == "CREATE";

    public bool IsUpdate => Operation == "UPDATE";

    /// <summary>True for a write to the resource itself, not to one of its subresources. An empty group is the core group.</summary>
    public bool IsAbout(string group, string resource) => Subresource.Length == 0 && Resource.Resource == resource && Resource.Group == group;

    /// <summary>The 403 of this write: <c>pods "x" is forbidden: why</c>.</summary>
    public ApiStatus Forbid(string why) => ApiStatus.Forbidden(Resource.GroupResource, Name, why);
}

/// <summary>
/// Changes or refuses writes between defaulting and the store. Plugins run in the order of registration: all Mutate, then all Validate.
/// A refusal is the returned Status; null lets the write pass.
/// </summary>
internal interface IAdmissionPlugin
{
    /// <summary>False lets the chain skip the plugin without a call.</summary>
    bool Handles(AdmissionRequest request);

    ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel) => default;

    ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel) => default;
}
