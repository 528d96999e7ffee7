// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Authorization;

/// <summary>
/// Whether the caller of a PUT or an apply may create the object that is not there: the right to change it, which the request was let in
/// with, does not say so (apiserver pkg/endpoints/handlers/create.go withAuthorization).
/// </summary>
internal sealed class CreateRight(IAuthorizer authorizer, UserInfo user, GroupVersionResource resource, string ns, string name)
{
    /// <summary>The 403, or null for who may.</summary>
    public ApiStatus? Refusal()
    {
        var attributes = new AccessAttributes(user, "create", ns, resource.Group, resource.Version, resource.Resource, Name: name);
        AccessDecision decision = authorizer.Authorize(in attributes);
        return decision.Allowed ? null : Denial.ToStatus(in attributes, decision.Reason);
    }
}
