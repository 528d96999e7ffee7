// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authentication;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>authentication.k8s.io/v1 TokenReview: whose token is this. Aggregated servers and webhooks ask it.</summary>
internal sealed class TokenReviews(RequestAuthenticator authenticator) : IResourceHandler
{
    private static readonly GroupVersionKind Kind = new("authentication.k8s.io", "v1", "TokenReview");

    public async ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel)
    {
        (JsonObject? review, ApiStatus? refused) = ReviewDocument.Read(request, Kind);
        if (review is null)
            return ResourceResult.Failed(refused!);
        JsonObject? spec = review.Object("spec");
        if (spec?.String("token") is not { Length: > 0 } token)
            return ResourceResult.Failed(ApiStatus.BadRequest("token is required for TokenReview in authentication"));
        IReadOnlyList<string> audiences = ReviewDocument.Texts(spec.Array("audiences"));
        AuthenticationResult result =
            await authenticator.AuthenticateTokenAsync(token, audiences.Count > 0 ? audiences : RequestAuthenticator.ApiAudiences, cancel);
        if (result.User is not { } user)
            return ReviewDocument.Answer(review, new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" });
        return ReviewDocument.Answer(review, new JsonObject
        {
            ["authenticated"] = true,
            ["user"] = ReviewDocument.ToJson(user),
            ["audiences"] = new JsonArray([.. result.Audiences.Select(audience => (JsonNode)audience)]),
        });
    }
}
