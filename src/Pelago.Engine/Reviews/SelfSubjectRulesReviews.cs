// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>authorization.k8s.io/v1 SelfSubjectRulesReview: all that I may do in a namespace (<c>kubectl auth can-i --list</c>).</summary>
internal sealed class SelfSubjectRulesReviews(RbacAuthorizer authorizer) : IResourceHandler
{
    private static readonly GroupVersionKind Kind = new("authorization.k8s.io", "v1", "SelfSubjectRulesReview");

    public ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel) => new(Review(request));

    private ResourceResult Review(HandlerRequest request)
    {
        (JsonObject? review, ApiStatus? refused) = ReviewDocument.Read(request, Kind);
        if (review is null)
            return ResourceResult.Failed(refused!);
        if (review.Object("spec")?.String("namespace") is not { Length: > 0 } ns)
            return ResourceResult.Failed(ApiStatus.BadRequest("no namespace on request"));
        UserInfo user = request.Resource.User;
        var resources = new JsonArray();
        var paths = new JsonArray();
        // An administrator may have all by the group and once more by a role.
        foreach (PolicyRule rule in authorizer.RulesFor(user, ns).DistinctBy(rule => rule.ToString()))
            (rule.NonResourceUrls.Length > 0 ? paths : resources).Add((JsonNode)rule.ToJson());
        var status = new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths };
        string errors = authorizer.Policy.Errors(user, ns);
        status["incomplete"] = errors.Length > 0;
        if (errors.Length > 0)
            status["evaluationError"] = errors;
        return ReviewDocument.Answer(review, status);
    }
}
