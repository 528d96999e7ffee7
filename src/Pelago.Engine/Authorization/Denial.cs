// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Authorization;

/// <summary>The 403 of a refused request, worded as apiserver pkg/endpoints/handlers/responsewriters/errors.go.</summary>
internal static class Denial
{
    public static ApiStatus ToStatus(in AccessAttributes attributes, string reason)
    {
        string why = Sentence(in attributes);
        if (reason.Length > 0)
            why = $"{why}: {reason}";
        return attributes.Path is null
            ? ApiStatus.Forbidden(new GroupResource(attributes.Group, attributes.Resource), attributes.Name, why)
            : new ApiStatus { Code = 403, Reason = StatusReason.Forbidden, Message = $"forbidden: {why}" };
    }

    private static string Sentence(in AccessAttributes attributes)
    {
        string user = GoText.Quote(attributes.User.Name);
        if (attributes.Path is { } path)
            return $"User {user} cannot {attributes.Verb} path {GoText.Quote(path)}";
        string resource = attributes.Subresource.Length == 0 ? attributes.Resource : $"{attributes.Resource}/{attributes.Subresource}";
        string where = attributes.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace {GoText.Quote(attributes.Namespace)}";
        return $"User {user} cannot {attributes.Verb} resource {GoText.Quote(resource)} in API group {GoText.Quote(attributes.Group)} {where}";
    }
}
