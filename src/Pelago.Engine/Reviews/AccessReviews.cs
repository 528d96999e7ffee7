// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>Whose access a review is about.</summary>
internal enum AccessReviewScope
{
    /// <summary>SelfSubjectAccessReview: the requester's own.</summary>
    Self,

    /// <summary>SubjectAccessReview: anybody's.</summary>
    Anyone,

    /// <summary>LocalSubjectAccessReview: anybody's, in the namespace of the review.</summary>
    Local,
}

/// <summary>The three authorization.k8s.io/v1 reviews that ask for one permission (upstream pkg/registry/authorization).</summary>
internal sealed class AccessReviews(IAuthorizer authorizer, AccessReviewScope scope) : IResourceHandler
{
    private const string Group = "authorization.k8s.io";

    private readonly GroupVersionKind _kind = new(Group, "v1", scope switch
    {
        AccessReviewScope.Self => "SelfSubjectAccessReview",
        AccessReviewScope.Anyone => "SubjectAccessReview",
        _ => "LocalSubjectAccessReview",
    });

    public ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel) => new(Review(request));

    private ResourceResult Review(HandlerRequest request)
    {
        (JsonObject? review, ApiStatus? refused) = ReviewDocument.Read(request, _kind);
        if (review is null)
            return ResourceResult.Failed(refused!);
        JsonObject spec = review.ObjectOrNew("spec");
        string ns = request.Resource.Namespace;
        if (AccessReviewRules.Validate(spec, scope, ns) is { Count: > 0 } causes)
            return ResourceResult.Failed(ApiStatus.Invalid(Group, "", "", causes));
        if (scope == AccessReviewScope.Local)
            review.ObjectOrNew("metadata")["namespace"] = ns;
        UserInfo user = scope == AccessReviewScope.Self ? request.Resource.User : ReadUser(spec);
        AccessDecision decision = authorizer.Authorize(Attributes(spec, user));
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
            status["reason"] = decision.Reason;
        return ReviewDocument.Answer(review, status);
    }

    private static UserInfo ReadUser(JsonObject spec)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach ((string key, JsonNode? values) in spec.Object("extra") ?? [])
            extra[key.ToLowerInvariant()] = ReviewDocument.Texts(values as JsonArray);
        return new UserInfo(spec.String("user") ?? "", spec.String("uid") ?? "", ReviewDocument.Texts(spec.Array("groups")), extra);
    }

    private static AccessAttributes Attributes(JsonObject spec, UserInfo user)
    {
        if (spec.Object("nonResourceAttributes") is { } path)
            return new AccessAttributes(user, path.String("verb") ?? "", Path: path.String("path") ?? "");
        JsonObject resource = spec.Object("resourceAttributes")!;
        return new AccessAttributes(
            user, resource.String("verb") ?? "", resource.String("namespace") ?? "", resource.String("group") ?? "", resource.String("version") ?? "",
            resource.String("resource") ?? "", resource.String("subresource") ?? "", resource.String("name") ?? "");
    }
}
